import { isLarge } from '../../support/sizes.ts';
import { brokenRules, fuzz } from './fuzz.ts';

const requests = isLarge ? 5_000 : 2_000;

test('mutated requests cause no internal error, no error in the log, and bounded answers, logs and entries', async () => {
  const { count, broken, statuses, codes } = await fuzz(1, requests);
  expect(broken).toEqual([]);
  expect(count).toBe(requests);
  // The requests reach every part of the gateway.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining(['200', '400', '405', '406', '415']));
  const parts = [
    'ANSWERED',
    'INVALID INVALID_INPUT',
    'DENIED POLICY_DENIED',
    'SUCCEEDED',
    'REPLAYED',
    'BAD_USER_INPUT',
  ];
  expect([...codes.keys()]).toEqual(expect.arrayContaining([...parts, 'FORBIDDEN', 'GRAPHQL_PARSE_FAILED']));
}, 900_000);

test.each([
  ['no status 5xx', { status: 502 }],
  ['no INTERNAL_SERVER_ERROR', { body: '{"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}' }],
  ['no error in the log', { logLines: ['{"level":"error","message":"Request answered."}'] }],
  ['one line in the log for the request', { logLines: [] }],
  ['no internals in the answer', { body: '{"errors": [], "x": "Maximum call stack size exceeded"}' }],
  [
    'at most 10 errors, each with a code and a retry rule',
    { body: '{"errors": [{"extensions": {"code": "FORBIDDEN"}}]}' },
  ],
  ['lines of at most 8 KB in the log', { logLines: [`Request answered.${'x'.repeat(9_000)}`] }],
  ['entries of at most 16 KB', { entryBytes: [20_000] }],
])('the rule "%s" finds what breaks it', (rule, observed) => {
  const good = { status: 200, body: '{"data": {}}', logLines: ['Request answered.'], entryBytes: [] };
  expect(brokenRules(good)).toEqual([]);
  expect(brokenRules({ ...good, ...observed })).toContain(rule);
});
