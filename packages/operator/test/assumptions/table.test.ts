import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assumptions } from '../../src/assumptions/table.ts';
import { replaceBlock, tableOf } from '../../../../test/support/reference.ts';

const file = join(import.meta.dirname, '../../../eks-simulator/README.md');

test('the README of the simulator has every assumption that is tried, and no other (UPDATE_REFERENCE=1 writes them)', () => {
  const page = readFileSync(file, 'utf8');
  const rows = assumptions.map(({ id, statement, trial, needs }) => {
    if (typeof trial !== 'function') return [`\`${id}\``, `${statement} Not tried: ${trial.cannot}.`];
    return [`\`${id}\``, needs === undefined ? statement : `${statement} Tried with \`--${needs}\`.`];
  });
  const expected = replaceBlock(page, 'assumptions', tableOf(['id', 'assumption'], rows));
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, expected);
  else expect(page).toBe(expected);
});

test('each assumption has an id of its own, a sentence and a consequence', () => {
  expect(new Set(assumptions.map(({ id }) => id)).size).toBe(assumptions.length);
  for (const { id, statement, consequence } of assumptions) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect([id, statement, consequence]).toEqual([id, expect.stringMatching(/\.`?$/), expect.stringMatching(/\.$/)]);
  }
});
