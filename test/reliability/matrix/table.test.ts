import { markdownOf } from './markdown.ts';
import type { Results } from './markdown.ts';
import { baseline } from './baseline.ts';
import { firstFlow, flows } from './flows.ts';
import { checkRows, rowOfFailed, summarize } from './table.ts';
import type { TableRow } from './table.ts';

const step = { operation: 'PutItem', events: [], kind: 'ledger-write' } as const;
const fault = { name: 'timeout', effect: 'none', answer: 'silence' } as const;
const cells = { case: '', answers: '', eks: '', auditTrail: '', verdict: '' };
const kept: TableRow = {
  case: {
    ...{ implementation: baseline, kind: 'create', flow: firstFlow, changeStep: step },
    ...{ injection: { after: 0, step, fault }, followUp: 'nothing' },
  },
  ...{ isInjected: true, isStarved: false, violations: [], cells },
};
const violated: TableRow = { ...kept, violations: [{ invariant: 'noHoles', what: 'a hole' }] };
const starved: TableRow = { ...violated, isStarved: true };

test('a case whose calls timed out without a fault is inconclusive, not violated', () => {
  expect(summarize('gateway', [kept, violated, starved])).toBe('gateway: 3 cases, 1 kept, 1 violated, 1 inconclusive.');
  expect(summarize('gateway', [kept, { ...kept, isStarved: true }])).toBe('gateway: 2 cases, 2 kept, 0 violated.');
});

test('a fault that was not injected because calls timed out is inconclusive, and so is a case that could not be run', () => {
  const rows = [kept, { ...starved, isInjected: false }, rowOfFailed(kept.case, new Error('No association exists.'))];
  expect(summarize('gateway', rows)).toBe('gateway: 3 cases, 1 kept, 0 violated, 2 inconclusive.');
  expect(rows[2]?.cells.verdict).toBe('INCONCLUSIVE: it could not be run: No association exists.');
  expect(summarize('gateway', [{ ...kept, isInjected: false }])).toContain('1 not injected');
});

test('a run without cases fails, and one in which more than one case in fifty is inconclusive', () => {
  expect(() => checkRows([])).toThrow('No case is selected');
  const rows = Array.from({ length: 49 }, () => kept);
  expect(() => checkRows([...rows, starved])).not.toThrow();
  expect(() => checkRows([...rows, starved, starved])).toThrow('2 of 51 cases are inconclusive');
});

test('inconclusive cases have a column of their own', () => {
  const page = (rows: readonly TableRow[]) => markdownOf(new Map([['baseline', rows]]) satisfies Results, [baseline]);
  expect(page([kept, violated, starved])).toContain('| first | **1 of 2** | 1 |');
  expect(page([kept, violated, starved])).toContain('| flow | baseline | baseline, inconclusive |');
  expect(page([kept, violated])).not.toContain('inconclusive');
});

test('flows that not every implementation has share a row', () => {
  const scanned = flows.find(({ name }) => name === 'scanned, in doubt');
  if (scanned === undefined) throw new Error('There is no flow "scanned, in doubt".');
  const inScan: TableRow = { ...kept, case: { ...kept.case, flow: scanned } };
  const results: Results = new Map([
    ['gateway', [kept, inScan, inScan]],
    ['baseline', [violated]],
  ]);
  expect(markdownOf(results, [])).toContain('| first | 1 of 1 | **0 of 1** |\n| others | 2 of 2 |  |');
});

test('the summary counts the cases that violate each guarantee', () => {
  const results: Results = new Map([
    ['gateway', [kept]],
    ['baseline', [violated, violated]],
  ]);
  expect(markdownOf(results, [])).toContain('- gateway: none\n- baseline: `noHoles` 2');
});

test('the table names the installed version of the library of the baseline', () => {
  expect(markdownOf(new Map(), [baseline])).toMatch(
    /^The baseline uses `@aws-lambda-powertools\/idempotency` \d+\.\d+\.\d+\.$/m,
  );
});
