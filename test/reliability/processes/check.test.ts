import type { ApprovalEntry, CallerAnswer, EksChange, Facts, RecordFact, TrailEntry } from '../facts.ts';
import { byServiceAccount, checkFacts } from './check.ts';

const [principal, serviceAccount] = ['alice', 'apps-dev/payments/api'];
const associationArn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-1';
const [kind, clientRequestToken, operationId, roleArn] = ['create', 'first', 'O1', 'role-one'] as const;

function entry(event: string, more: Partial<TrailEntry> = {}): TrailEntry {
  const of = { operationId, kind, principal, clientRequestToken, serviceAccount, roleArn };
  const about = { associationArn: event === 'SUCCEEDED' ? associationArn : null, refusalCode: null };
  return { ...of, ...about, entryId: event, time: event === 'INTENT' ? 10 : 30, event, fence: 1, ...more };
}

const request = { principal, kind, clientRequestToken, startedAt: 0, answeredAt: 40, httpStatus: 200 } as const;
const change: EksChange = {
  ...{ requestId: 'R1', kind, time: 20, serviceAccount, associationId: null, operationId },
  effect: { at: 20, visibleAt: 20, modifiedAt: 20 },
};
const token: RecordFact = { idempotencyKey: 'T1', operationId, state: 'SUCCEEDED', fence: 1, leaseUntil: 90 };
const succeeded: CallerAnswer = {
  ...request,
  status: 'SUCCEEDED',
  code: null,
  associationArn,
  operationId,
  event: 'SUCCEEDED',
};
const association = { associationArn, associationId: 'a-1', serviceAccount, roleArn, operationId };

/** The facts of one successful create. */
const good: Facts = {
  changes: [change],
  associations: [association],
  entries: [entry('INTENT'), entry('SUCCEEDED')],
  records: [token],
  answers: [succeeded],
  outside: [],
  locks: [],
  reconciled: true,
};

const failed: CallerAnswer = {
  ...{ ...request, status: 'ERROR', code: 'LEDGER_UNAVAILABLE', associationArn: null, operationId: null, event: null },
};

const asked: ApprovalEntry = {
  ...{ approvalId: 'approval-1', event: 'APPROVAL_REQUESTED', revision: 1, principal, time: 1, usedBy: null },
};

/** An update of the expiry alone, of an association whose delete needs an approval. */
const endedEarlier: Partial<Facts> = {
  entries: [
    ...good.entries,
    {
      ...entry('SUCCEEDED', { operationId: 'O2', kind: 'update', clientRequestToken: 'ends', roleArn: null }),
      ...{ entryId: 'O2', setsExpiry: 9_000, isExpiryOnly: true, endsHeld: true },
    },
  ],
};

test('judges an expiry by the approvals of all requests, which are not of one service account', () => {
  const given: ApprovalEntry = { ...asked, event: 'APPROVED', revision: 2, principal: 'nina' };
  const used: ApprovalEntry = { ...asked, event: 'APPROVAL_USED', revision: 3, usedBy: 'O2' };
  const approvals: Facts['approvals'] = { items: [], votes: [], entries: [asked, given, used] };
  expect(checkFacts({ ...good, ...endedEarlier, approvals })).toEqual([]);
  expect(checkFacts({ ...good, ...endedEarlier, approvals: { ...approvals, entries: [] } })).toHaveLength(1);
});

test('reports nothing for a refusal in place of an operation', () => {
  const of = { operationId: 'O2', clientRequestToken: 'late', associationArn: null };
  const refusal = entry('REFUSED', { ...of, fence: null });
  const records = [token, { ...token, idempotencyKey: 'T2', operationId: 'O2', state: 'REFUSED' }];
  expect(checkFacts({ ...good, records, entries: [...good.entries, refusal] })).toEqual([]);
});

test('reports nothing for a successful create', () => {
  expect(checkFacts(good)).toEqual([]);
});

test.each<[string, Partial<Facts>, RegExp]>([
  ['a record that is still open', { records: [{ ...token, state: 'IN_PROGRESS' }] }, /^records: T1 is IN_PROGRESS/],
  [
    'a record that contradicts the closing entry',
    { records: [{ ...token, state: 'REFUSED' }] },
    /^records: T1 is REFUSED/,
  ],
  [
    'an effect of a released operation',
    { entries: [entry('INTENT'), entry('RELEASED')], associations: [] },
    /^unrecorded: EKS applied the create R1 of O1/,
  ],
  [
    'a delete that is missing in the audit trail',
    { changes: [change, { ...change, kind: 'delete', associationId: 'a-1', operationId: null }] },
    /^unrecorded: EKS applied the delete R1 of a-1/,
  ],
  [
    'a refusal in place of an operation that the trail does not have',
    { records: [{ ...token, operationId: 'O2', state: 'REFUSED' }] },
    /^records: T1 is REFUSED/,
  ],
  [
    'answers with an approval that another principal asked for',
    {
      approvals: { items: [], votes: [], entries: [{ ...asked, principal: 'bob' }] },
      answers: [succeeded, { ...failed, operationId: asked.approvalId }],
    },
    /^isolated: alice was answered with operation approval-1 of bob/,
  ],
  [
    'a request that began without its approval',
    {
      entries: [entry('INTENT', { approvers: 1 }), entry('SUCCEEDED')],
      approvals: { items: [], votes: [], entries: [] },
    },
    /^approved: O1/,
  ],
  [
    'an expiry without the approval that a delete needs',
    { ...endedEarlier, approvals: { items: [], votes: [], entries: [] } },
    /^ended: O2 ends .* without the approval of a delete$/,
  ],
  [
    'a load of which no change used an approval, and none ended',
    {
      changes: Array.from({ length: 60 }, () => change),
      approvals: { items: [], votes: [], entries: [] },
      endedAt: 50,
    },
    /^load: no approval was used/,
  ],
  ['a different role at EKS', { associations: [{ ...association, roleArn: 'role-two' }] }, /^state: .* has role-two/],
  ['a missing association', { associations: [] }, /^state: .* has null/],
  ["another principal's operation", { answers: [{ ...succeeded, principal: 'bob' }] }, /^isolated: bob was answered/],
  [
    'an operation that is not in the audit trail',
    { answers: [{ ...succeeded, operationId: 'O9' }] },
    /an unknown principal$/,
  ],
  [
    'an effect of a request that ended in an error',
    { answers: [failed] },
    /^truthful: create first of alice was answered ERROR/,
  ],
  [
    'a load of which no change reached EKS, which proves nothing',
    {
      changes: [],
      associations: [],
      entries: [],
      records: [],
      answers: [{ ...failed, code: 'GRAPHQL_VALIDATION_FAILED' }],
    },
    /^load: no change reached EKS/,
  ],
  [
    'a trail that has no token of any request, so that nothing can be demanded of one token',
    { entries: good.entries.map((one) => ({ ...one, clientRequestToken: null })) },
    /^load: no entry has the token of a request/,
  ],
  ['an HTTP 500 answer', { answers: [succeeded, { ...failed, httpStatus: 500 }] }, /^answered: /],
])('reports %s', (_, seen, line) => {
  expect(checkFacts({ ...good, ...seen })).toContainEqual(expect.stringMatching(line));
});

test('does not attribute an effect to an error while another request with the token is running', () => {
  expect(checkFacts({ ...good, answers: [failed, { ...succeeded, startedAt: 5 }] })).toEqual([]);
  const hungUp: CallerAnswer = { ...failed, status: 'NONE', startedAt: -20, answeredAt: -10 };
  expect(checkFacts({ ...good, answers: [hungUp, failed] })).toEqual([]);
  expect(checkFacts({ ...good, answers: [{ ...hungUp, status: 'IN_PROGRESS', operationId }, failed] })).toHaveLength(1);
  const held = { ...failed, status: 'REFUSED', code: 'APPROVAL_REQUIRED', event: 'APPROVAL_REQUESTED' } as const;
  expect(checkFacts({ ...good, answers: [hungUp, held] })).toEqual([]);
});

test('groups every fact under exactly one service account', () => {
  const other = { serviceAccount: 'apps-dev/search/api' };
  const gone = { ...change, serviceAccount: null, kind: 'delete', associationId: 'a-1', operationId: null } as const;
  const facts: Facts = {
    ...good,
    changes: [change, { ...change, ...other }, gone, { ...gone, associationId: 'a-9' }],
    entries: [...good.entries, entry('DENIED', { ...other, operationId: 'O2', clientRequestToken: 'second' })],
    answers: [succeeded, { ...failed, clientRequestToken: 'unknown' }],
  };
  const groups = byServiceAccount(facts);
  const all = (each: Facts): readonly object[] => [
    ...[...each.changes, ...each.associations, ...each.entries],
    ...[...each.records, ...each.answers],
  ];
  const grouped = groups.flatMap(all);
  expect(grouped).toHaveLength(all(facts).length);
  expect(new Set(grouped)).toEqual(new Set(all(facts)));
  expect(groups.map(({ changes }) => changes.length).sort()).toEqual([1, 1, 2]);
});
