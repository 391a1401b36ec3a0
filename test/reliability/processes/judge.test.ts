import type { CallerAnswer, EksChange, Facts, TokenFact, TrailEntry } from '../facts.ts';
import { byServiceAccount, judge } from './judge.ts';

const [principal, serviceAccount] = ['alice', 'apps-dev/payments/api'];
const associationArn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-1';
const [kind, clientRequestToken, operationId, roleArn] = ['create', 'first', 'O1', 'role-one'] as const;

function entry(event: string, more: Partial<TrailEntry> = {}): TrailEntry {
  const of = { operationId, kind, principal, clientRequestToken, serviceAccount, roleArn };
  const about = { associationArn: event === 'SUCCEEDED' ? associationArn : null, refusalCode: null };
  return { ...of, ...about, entryId: event, time: event === 'INTENT' ? 10 : 30, event, fence: 1, ...more };
}

const asked = { principal, kind, clientRequestToken, startedAt: 0, answeredAt: 40, httpStatus: 200 } as const;
const change: EksChange = {
  ...{ requestId: 'R1', kind, time: 20, serviceAccount, associationId: null, operationId, applied: true },
};
const token: TokenFact = { idempotencyKey: 'T1', operationId, state: 'SUCCEEDED', fence: 1, leaseUntil: 90 };
const succeeded: CallerAnswer = {
  ...asked,
  status: 'SUCCEEDED',
  code: null,
  associationArn,
  operationId,
  event: 'SUCCEEDED',
};
const association = { associationArn, associationId: 'a-1', serviceAccount, roleArn, operationId };

/** One create that went well. */
const good: Facts = {
  changes: [change],
  associations: [association],
  entries: [entry('INTENT'), entry('SUCCEEDED')],
  tokens: [token],
  answers: [succeeded],
  touchedByOthers: [],
  settled: true,
};

const failed: CallerAnswer = {
  ...{ ...asked, status: 'ERROR', code: 'LEDGER_UNAVAILABLE', associationArn: null, operationId: null, event: null },
};

test('finds nothing in a create that went well', () => {
  expect(judge(good)).toEqual([]);
});

test.each<[string, Partial<Facts>, RegExp]>([
  ['a token that is still open', { tokens: [{ ...token, state: 'IN_PROGRESS' }] }, /^tokens: T1 is IN_PROGRESS/],
  ['a token that says another end', { tokens: [{ ...token, state: 'REFUSED' }] }, /^tokens: T1 is REFUSED/],
  [
    'an effect that the trail calls released',
    { entries: [entry('INTENT'), entry('RELEASED')], associations: [] },
    /^done: EKS did the create R1 of O1/,
  ],
  [
    'a delete of which the trail says nothing',
    { changes: [change, { ...change, kind: 'delete', associationId: 'a-1', operationId: null }] },
    /^done: EKS did the delete R1 of a-1/,
  ],
  ['another role at EKS', { associations: [{ ...association, roleArn: 'role-two' }] }, /^state: .* has role-two/],
  ['an association that is gone', { associations: [] }, /^state: .* has null/],
  ['an operation of somebody else', { answers: [{ ...succeeded, principal: 'bob' }] }, /^isolated: bob was answered/],
  ['an operation that is not in the trail', { answers: [{ ...succeeded, operationId: 'O9' }] }, /nobody in the trail$/],
  ['an error, and yet it was done', { answers: [failed] }, /^truthful: create first of alice was answered ERROR/],
  ['a server error', { answers: [succeeded, { ...failed, httpStatus: 500 }] }, /^answered: /],
])('finds %s', (_, seen, line) => {
  expect(judge({ ...good, ...seen })).toContainEqual(expect.stringMatching(line));
});

test('does not blame an error for what another request of the token did meanwhile', () => {
  expect(judge({ ...good, answers: [failed, { ...succeeded, startedAt: 5 }] })).toEqual([]);
  const hungUp: CallerAnswer = { ...failed, status: 'NONE', startedAt: -20, answeredAt: -10 };
  expect(judge({ ...good, answers: [hungUp, failed] })).toEqual([]);
  expect(judge({ ...good, answers: [{ ...hungUp, status: 'IN_PROGRESS', operationId }, failed] })).toHaveLength(1);
});

test('loses nothing when it puts each service account by itself', () => {
  const other = { serviceAccount: 'apps-dev/search/api' };
  const gone = { ...change, serviceAccount: null, kind: 'delete', associationId: 'a-1', operationId: null } as const;
  const facts: Facts = {
    ...good,
    changes: [change, { ...change, ...other }, gone, { ...gone, associationId: 'a-9' }],
    entries: [...good.entries, entry('DENIED', { ...other, operationId: 'O2', clientRequestToken: 'second' })],
    answers: [succeeded, { ...failed, clientRequestToken: 'never seen' }],
  };
  const parts = byServiceAccount(facts);
  const all = (each: Facts): readonly object[] => [
    ...[...each.changes, ...each.associations, ...each.entries],
    ...[...each.tokens, ...each.answers],
  ];
  const put = parts.flatMap(all);
  expect(put).toHaveLength(all(facts).length);
  expect(new Set(put)).toEqual(new Set(all(facts)));
  expect(parts.map(({ changes }) => changes.length).sort()).toEqual([1, 1, 2]);
});
