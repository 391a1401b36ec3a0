import { removals, undetectedBy } from '../mutation/conditions.ts';

// Each case runs the contract tests in a process of their own.
jest.setTimeout(600_000);

// The conditions are data that both stores share, and packages/sqlite-ledger/test/same-as-dynamodb.test.ts compares how they
// evaluate them: the quicker store is enough. `npm run reliability -- mutation --conditions` runs both.
const { AWS_ENDPOINT_URL_DYNAMODB: _, ...environment } = process.env;

test.each(removals)('the contract tests detect that %s is removed', (removal) => {
  expect(undetectedBy(removal, environment)).toEqual([]);
});

test('the contract tests pass if nothing is removed', () => {
  expect(undetectedBy('leased.nothing', environment)).toEqual(['SQLite']);
});
