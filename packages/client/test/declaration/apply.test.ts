import type { MutationResult } from '../../src/client/result.ts';
import { runChanges } from '../../src/declaration/apply.ts';
import type { Runner } from '../../src/declaration/apply.ts';
import { judged } from '../../src/declaration/check.ts';
import { makePace } from '../../src/declaration/pacing.ts';
import type { Action, Change } from '../../src/declaration/planner.ts';

const state = {
  roleArn: 'arn:aws:iam::1:role/a',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: {},
};

function changeOf(action: Action, serviceAccount: string = action): Change {
  const place = { accountId: '1', region: 'r', clusterName: 'c', namespace: 'n' };
  return {
    action,
    target: { ...place, serviceAccount },
    associationId: action === 'create' ? null : 'a-1',
    before: action === 'create' ? null : state,
    after: action === 'delete' ? null : state,
    expectedModifiedAt: null,
    expectedRevision: null,
    reason: null,
  };
}

const finished = { adopted: false, clientRequestToken: 't', operationId: 'o', auditEntryId: 'e' };
const association = { associationId: 'a-1' } as Extract<MutationResult, { kind: 'succeeded' }>['association'];
const succeeded = (replayed = false): MutationResult => ({
  kind: 'succeeded',
  association,
  warnings: [],
  replayed,
  ...finished,
});
const denied = { message: 'No.', advice: null, retryable: false, violations: [], owners: [] };
const refused = (code: 'POLICY_DENIED' | 'ASSOCIATION_CHANGED'): MutationResult => ({
  kind: 'refused',
  refusal: { __typename: 'PolicyDenied', ...denied, code },
  retryAfterSeconds: null,
  replayed: false,
  ...finished,
});

const run = (changes: readonly Change[], change: Partial<Runner>) =>
  runChanges(changes, {
    send: () => Promise.resolve(succeeded()),
    readAgain: () => Promise.reject(new Error('Only what is replayed is read.')),
    stopped: () => null,
    onOutcome: () => undefined,
    concurrency: 1,
    allowPartial: false,
    ...change,
  });

test('deletes are sent after all other changes, and outcomes are in the order of the plan', async () => {
  const sent: string[] = [];
  const send = ({ action }: Change) => {
    sent.push(action);
    return Promise.resolve(succeeded());
  };
  const outcomes = await run([changeOf('delete'), changeOf('create'), changeOf('update')], { send, concurrency: 3 });
  expect(sent).toEqual(['create', 'update', 'delete']);
  expect(outcomes.map(({ change }) => change.action)).toEqual(['delete', 'create', 'update']);
});

test('no more changes are under way at once than the limit', async () => {
  let [current, most] = [0, 0];
  const send = async () => {
    current += 1;
    most = Math.max(most, current);
    await new Promise(setImmediate);
    current -= 1;
    return succeeded();
  };
  const outcomes = await run(
    Array.from({ length: 20 }, (_, index) => changeOf('create', `s${index}`)),
    { send, concurrency: 4 },
  );
  expect([most, outcomes.length]).toEqual([4, 20]);
});

test.each<[string, Action, typeof state | null, object]>([
  ['a create that is still in effect is done', 'create', state, { kind: 'done', isReplayed: true }],
  ['a create that was deleted since is overtaken', 'create', null, { kind: 'overtaken' }],
  [
    'an update that was changed since is overtaken',
    'update',
    { ...state, disableSessionTags: true },
    { kind: 'overtaken', message: 'Changed since: disableSessionTags.' },
  ],
  ['a delete that is still in effect is done', 'delete', null, { kind: 'done' }],
  ['a delete of what exists is overtaken', 'delete', state, { kind: 'overtaken' }],
])('a replayed success is read again: %s', async (_, action, found, outcome) => {
  const send = () => Promise.resolve(succeeded(true));
  expect(await run([changeOf(action)], { send, readAgain: () => Promise.resolve(found) })).toMatchObject([outcome]);
});

describe('after a change that', () => {
  const three = [changeOf('create', 'a'), changeOf('create', 'b'), changeOf('delete', 'c')];
  const first = (result: () => Promise<MutationResult>) => (change: Change) =>
    change === three[0] ? result() : Promise.resolve(succeeded());

  test.each([
    [
      'policy denies, nothing follows',
      () => Promise.resolve(refused('POLICY_DENIED')),
      false,
      ['refused', 'notStarted', 'notStarted'],
    ],
    [
      'policy denies, others follow with --allow-partial',
      () => Promise.resolve(refused('POLICY_DENIED')),
      true,
      ['refused', 'done', 'done'],
    ],
    [
      'is refused otherwise, others follow',
      () => Promise.resolve(refused('ASSOCIATION_CHANGED')),
      false,
      ['refused', 'done', 'done'],
    ],
    [
      'gets no answer, nothing follows',
      () => Promise.reject(new Error('lost')),
      true,
      ['failed', 'notStarted', 'notStarted'],
    ],
  ])('%s', async (_, result, allowPartial, kinds) => {
    const outcomes = await run(three, { send: first(result), allowPartial });
    expect(outcomes.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('makes the plan too old, nothing follows', async () => {
    let isOld = false;
    const onOutcome = () => (isOld = true);
    const outcomes = await run(three, {
      onOutcome,
      stopped: () => (isOld ? 'The plan is older than 24 hours.' : null),
    });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'notStarted', 'notStarted']);
  });
});

test('while one change waits as the gateway asks, no other is sent; a change in progress delays only itself', async () => {
  let now = 0;
  const waits: number[] = [];
  const pace = makePace(
    () => now,
    (ms) => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
  );
  pace.onRetry({ attempt: 2, delayMs: 60_000, reason: 'The request is in progress.' });
  await pace.turn();
  expect(waits).toEqual([]);
  pace.onRetry({ attempt: 2, delayMs: 2_000, reason: 'THROTTLED' });
  pace.onRetry({ attempt: 2, delayMs: 500, reason: 'THROTTLED' });
  await pace.turn();
  expect(waits).toEqual([2_000]);
});

test('checks divide changes: a create keeps the revision, and what is denied its reasons', () => {
  const changes = [changeOf('create', 'a'), changeOf('create', 'b'), changeOf('update', 'c'), changeOf('delete', 'd')];
  const violation = { policyId: 'p', message: 'm', advice: 'do this' };
  const allowed = { refusal: null, unknownRoles: [], decision: { allowed: true, violations: [] }, revision: 7 };
  const found = judged(changes, [
    allowed,
    { ...allowed, decision: { allowed: false, violations: [violation] } },
    { ...allowed, refusal: { code: 'ASSOCIATION_CHANGED', message: 'Changed.', advice: null } },
  ]);
  expect(found.changes).toMatchObject([{ target: { serviceAccount: 'a' }, expectedRevision: 7 }]);
  expect(found.denied.map(({ reasons }) => reasons)).toEqual([
    ['Policy p: do this'],
    ['Changed.'],
    ['The gateway did not answer for this change.'],
  ]);
});
