import { removals, undetectedBy } from '../mutation/conditions.ts';

// Each case runs the contract tests of both stores in a process of their own.
jest.setTimeout(600_000);

test.each(removals)('the contract tests of each store detect that %s is removed', (removal) => {
  expect(undetectedBy(removal, process.env)).toEqual([]);
});

test('the contract tests pass if nothing is removed', () => {
  expect(undetectedBy('leased.nothing', process.env)).toContain('SQLite');
});
