import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVariables, timeVariables } from '../../src/app/settings.ts';
import { defaultDescribeLimits } from '../../src/operations/dependencies.ts';
import type { DescribeLimits } from '../../src/operations/dependencies.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Times } from '../../src/idempotency/times.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Outcome } from '../../src/model/outcome.ts';

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

const rows = new Map(
  readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', ...cells]) => [name.replaceAll('`', ''), cells]),
);

const refusals = Object.entries<Outcome>(outcomes).filter(([name, { code }]) => code === name);

test.each(refusals)('the README tells what %s means for a client, in the words of the answer', (code, outcome) => {
  expect(rows.get(code)?.slice(0, 2)).toEqual([outcome.retryable ? 'yes' : 'no', outcome.advice]);
});

test('every code of a refusal has a row of its own name', () => {
  const codes = new Set(Object.values<Outcome>(outcomes).flatMap(({ code }) => code ?? []));
  expect(new Set(refusals.map(([name]) => name))).toEqual(codes);
});

test.each(Object.entries(timeVariables))('the README tells the default of %s', (time, variable) => {
  expect(rows.get(variable)?.[0]?.split(' ')[0]).toBe(String(defaultTimes[time as keyof Times]));
});

test.each(Object.entries(describeVariables))('the README tells the default of %s', (limit, variable) => {
  expect(rows.get(variable)?.[0]).toBe(String(defaultDescribeLimits[limit as keyof DescribeLimits]));
});
