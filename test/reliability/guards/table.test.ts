import type { Verdict } from './copy.ts';
import type { Guard } from './guard.ts';
import { isAsWanted, table } from './table.ts';
import { together } from './take.ts';

const guard: Guard = { file: 'src/a.ts', text: 'a', without: '', protects: 'it holds', tests: [] };
const excused: Guard = { ...guard, protects: 'it holds twice', survives: 'the other holds too' };
const bitten: Verdict = { kind: 'failed', by: 'a test' };
const passed: Verdict = { kind: 'passed', tests: 1 };
const broken: Verdict = { kind: 'broken', by: 'it does not load' };

test.each([
  ['a guard whose absence is noticed', guard, bitten, true],
  ['a guard whose absence is not', guard, passed, false],
  ['a guard without which the file does not load', guard, broken, false],
  ['a survivor with a reason', excused, passed, true],
  ['a survivor with a reason that is noticed after all', excused, bitten, false],
])('%s is as it should be, or is not', (_, one, verdict, wanted) => {
  const bite = { guard: one, verdict, seconds: 1 };
  expect(isAsWanted(bite)).toBe(wanted);
  const text = table([bite]);
  expect(text).toContain(`1 guards: `);
  expect(text.includes('Not as it should be:')).toBe(!wanted);
});

test('the table names survivors with their reasons', () => {
  expect(table([{ guard: excused, verdict: passed, seconds: 1 }])).toContain('it holds twice: the other holds too');
  expect(table([{ guard, verdict: passed, seconds: 1 }])).toContain('it holds: UNEXPECTED');
});

test('guards of one file are not taken away together', () => {
  const other = { ...guard, file: 'src/b.ts' };
  expect(together([guard, other, excused])).toEqual([[guard, other], [excused]]);
});
