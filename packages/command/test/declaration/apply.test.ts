import { LostAnswerError } from '../../../client/src/client/errors.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { runChanges } from '../../src/declaration/apply.ts';
import type { Runner } from '../../src/declaration/apply.ts';
import { judged } from '../../src/declaration/check.ts';
import { makePace } from '../../src/declaration/pacing.ts';
import type { Action, Change } from '../../src/declaration/planner.ts';
import type { ReadState } from '../../src/declaration/replays.ts';
import { outcomeLines } from '../../src/declaration/print.ts';

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

const needs = [{ policyId: 'p', message: 'm', advice: null, group: 'security', count: 1, operation: null }];
const held: MutationResult = {
  kind: 'refused',
  refusal: {
    ...{ __typename: 'ApprovalRequired', code: 'APPROVAL_REQUIRED', message: 'Held.', advice: null, retryable: true },
    approval: {
      ...{ id: 'approval-1', state: 'PENDING', needs: [], rejectedBy: null, voidedVotes: [] },
      expiresAt: '2999-01-01T00:00:00Z',
    },
    needs,
  },
  retryAfterSeconds: 60,
  replayed: false,
  ...finished,
};

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

test.each<[string, Action, ReadState | null, object]>([
  ['a create that is still in effect is done', 'create', state, { kind: 'done', isReplayed: true }],
  ['a create that was deleted since is overtaken', 'create', null, { kind: 'overtaken' }],
  [
    'an update that was changed since is overtaken',
    'update',
    { ...state, disableSessionTags: true },
    { kind: 'overtaken', message: 'Changed since: disableSessionTags.' },
  ],
  [
    'an update whose expiry was changed since is overtaken',
    'update',
    { ...state, expiresAt: '2027-01-02T00:00:00Z' },
    { kind: 'overtaken', message: 'Changed since: expiresAt.' },
  ],
  ['an update whose expiry is not read is done', 'update', state, { kind: 'done' }],
  ['a delete that is still in effect is done', 'delete', null, { kind: 'done' }],
  ['a delete of what exists is overtaken', 'delete', state, { kind: 'overtaken' }],
])('a replayed success is read again: %s', async (_, action, found, outcome) => {
  const send = () => Promise.resolve(succeeded(true));
  const change = changeOf(action);
  const expiring = change.after && { ...change, after: { ...change.after, expiresAt: '2027-01-01T00:00:00Z' } };
  const readAgain = () => Promise.resolve(found);
  expect(await run([expiring ?? change], { send, readAgain })).toMatchObject([outcome]);
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
    ['needs an approval, others follow', () => Promise.resolve(held), false, ['approvalRequired', 'done', 'done']],
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

describe('a change that needs an approval', () => {
  const three = [changeOf('create', 'a'), changeOf('delete', 'b'), changeOf('create', 'c')];
  const send = (change: Change) => Promise.resolve(change === three[2] ? succeeded() : held);

  test('says who has to approve it, and the command for them', async () => {
    const [outcome] = await run(three, { send });
    expect(outcome).toMatchObject({
      kind: 'approvalRequired',
      approvalId: 'approval-1',
      message: 'Approvers: group security. To approve it: pod-identity approve approval-1',
    });
  });

  test('is waited for after all others are sent, together with those that need one too', async () => {
    const waiting: string[] = [];
    let approve = (): void => undefined;
    const approved = new Promise<void>((resolve) => (approve = resolve));
    const sendAndWait = async ({ target }: Change) => {
      waiting.push(target.serviceAccount);
      if (waiting.length === 2) approve();
      await approved;
      return succeeded();
    };
    const outcomes = await run(three, { send, sendAndWait });
    expect(waiting).toEqual(['a', 'b']);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  });

  test.each(['interrupted', 'ended by a failure'])('is not sent again once the run is %s', async (how) => {
    const many = Array.from({ length: 25 }, (_, index) => changeOf('create', `s${index}`));
    let isStopped = false;
    let polled = 0;
    const sendAndWait = () => {
      polled += 1;
      isStopped = how === 'interrupted';
      return isStopped ? Promise.resolve(held) : Promise.reject(new LostAnswerError('Lost.', 't', null));
    };
    const stopped = () => (isStopped ? 'Interrupted.' : null);
    const outcomes = await run(many, { send: () => Promise.resolve(held), sendAndWait, stopped });
    expect(polled).toBe(how === 'interrupted' ? 1 : 20);
    expect(outcomes.slice(20).map(({ kind }) => kind)).toEqual(Array(5).fill('approvalRequired'));
  });

  test.each([
    ['is interrupted', new Error('Interrupted.'), 'approvalRequired'],
    ['gets no answer to its last request', new LostAnswerError('Lost.', 't', null), 'failed'],
  ])('whose wait %s, can be applied again', async (_, error, kind) => {
    const outcomes = await run(three, { send, sendAndWait: () => Promise.reject(error) });
    expect(outcomes).toMatchObject([{ kind, message: error.message }, { kind }, { kind: 'done' }]);
    expect(outcomeLines(outcomes)[0]).toMatch(/apply the plan again/);
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
  pace.onRetry({ attempt: 2, delayMs: 60_000, reason: 'The request is in progress.', mayBeDone: true });
  await pace.turn();
  expect(waits).toEqual([]);
  pace.onRetry({ attempt: 2, delayMs: 2_000, reason: 'THROTTLED', mayBeDone: false });
  pace.onRetry({ attempt: 2, delayMs: 500, reason: 'THROTTLED', mayBeDone: false });
  await pace.turn();
  expect(waits).toEqual([2_000]);
});

test('checks divide changes: a create keeps the revision, and what is denied its reasons', () => {
  const changes = [changeOf('create', 'a'), changeOf('create', 'b'), changeOf('update', 'c'), changeOf('delete', 'd')];
  const violation = { policyId: 'p', message: 'm', advice: 'do this' };
  const allowed = {
    refusal: null,
    onlyAsDryRun: false,
    unknownRoles: [],
    decision: { allowed: true, violations: [], needs: [] },
    revision: 7,
  };
  const found = judged(changes, [
    allowed,
    { ...allowed, decision: { allowed: false, violations: [violation], needs: [] } },
    { ...allowed, refusal: { code: 'ASSOCIATION_CHANGED', message: 'Changed.', advice: null } },
  ]);
  expect(found.changes).toMatchObject([{ target: { serviceAccount: 'a' }, expectedRevision: 7 }]);
  expect(found.denied.map(({ reasons }) => reasons)).toEqual([
    ['Policy p: do this'],
    ['Changed.'],
    ['The gateway did not answer for this change.'],
  ]);
});

test('an update that sets an expiry keeps the revision that the changes of tags before it leave', () => {
  const [tag, update] = [changeOf('tag', 'a'), changeOf('update', 'a')];
  const after = { ...(update.after ?? state), expiresAt: null };
  const decision = { allowed: true, violations: [], needs: [] };
  const checked = { refusal: null, onlyAsDryRun: false, unknownRoles: [], decision, revision: 7 };
  const found = judged([tag, { ...update, after }, changeOf('update', 'b')], [checked, checked, checked]);
  expect(found.changes.map(({ expectedRevision }) => expectedRevision)).toEqual([null, 8, null]);
});

test('a change that needs an approval is one of the plan, with its approvers', () => {
  const violation = { policyId: 'p', message: 'm', advice: null };
  const refusal = { code: 'APPROVAL_REQUIRED', message: 'Held.', advice: null };
  const decision = { allowed: false, violations: [violation], needs };
  const change = changeOf('update');
  const found = judged([change], [{ refusal, decision, onlyAsDryRun: false, unknownRoles: [], revision: 1 }]);
  expect(found).toEqual({ changes: [{ ...change, approvers: ['security'] }], denied: [] });
  const other = { code: 'ASSOCIATION_CHANGED', message: 'Changed.', advice: null };
  expect(
    judged([change], [{ refusal: other, decision, onlyAsDryRun: false, unknownRoles: [], revision: 1 }]),
  ).toMatchObject({ changes: [], denied: [{ reasons: ['Changed.'] }] });
});

test('a change that is permitted as a dry run only is one of the plan, unless something else is in its way', () => {
  const change = changeOf('update');
  const decision = { allowed: true, violations: [], needs: [] };
  const checked = { decision, onlyAsDryRun: true, unknownRoles: [], revision: 1 };
  const denial = { code: 'POLICY_DENIED', message: 'Not you.', advice: null };
  expect(judged([change], [{ ...checked, refusal: denial }])).toEqual({
    changes: [{ ...change, onlyAsDryRun: true }],
    denied: [],
  });
  const other = { code: 'ASSOCIATION_CHANGED', message: 'Changed.', advice: null };
  expect(judged([change], [{ ...checked, refusal: other }])).toMatchObject({
    changes: [],
    denied: [{ reasons: ['Changed.'] }],
  });
});
