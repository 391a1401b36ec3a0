import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { bindingOf, changesBetween } from '../../src/operations/approvals/binding.ts';
import { vote } from '../../src/operations/approvals/vote.ts';
import type { VoteResult } from '../../src/operations/approvals/vote.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { approval as storedApproval, approvalNeed, association } from '../support/ledger-samples.ts';
import { entries } from '../support/stored-samples.ts';
import { approvalStep } from '../../src/operations/approvals/step.ts';

describe('a vote on an approval', () => {
  const asked: Asked = { needs: [] };
  const twice = { ...security, policyId: 'two-people', count: 2 };
  const { useMs } = defaultApprovalLimits;
  let ledger: Ledger & ApprovalStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ ledger, gateway } = opened), { change: askingFor(asked) });

  const ask = async (...needs: Asked['needs']) => {
    asked.needs = needs;
    await gateway.create();
    return lastApproval(ledger, gateway);
  };
  const by = async (name: string, fields: Parameters<typeof voteOn>[3] = {}) =>
    voteOn(gateway, ledger, await lastApproval(ledger, gateway), { by: name, ...fields });
  const stored = () => lastApproval(ledger, gateway);
  const entriesOf = async () => ledger.operationEntries((await stored()).id);
  const countedAs = (result: VoteResult) => (result.kind === 'gone' ? 'gone' : [result.kind, result.approval.state]);

  function identityOf(name: string) {
    const principal = { id: `https://issuer.example#${name}`, kind: 'USER', groups: [], sessionName: null } as const;
    return { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'vote' };
  }

  test('that gives the last approval makes it usable for the time of the setting', async () => {
    const { revision } = await ask(security);
    const voted = await by('bob', { comment: 'Seen.' });
    expect(voted).toMatchObject({ kind: 'counted', approval: { state: 'APPROVED', revision: revision + 1 } });
    const { useUntil, votes } = await stored();
    const time = votes[0]?.time ?? '';
    expect(useUntil).toBe(Date.parse(time) + useMs);
    expect(votes).toMatchObject([
      { principal: { id: expect.stringMatching(/#bob$/) }, comment: 'Seen.', vote: 'APPROVE' },
    ]);
  });

  test('is recorded with the request that it is about, by the person who voted', async () => {
    await ask(security);
    await by('bob', { comment: 'Seen.' });
    const { key } = await stored();
    const [question, approved] = await entriesOf();
    expect(approved).toMatchObject({
      ...{ event: 'APPROVED', fence: 2, reason: 'Seen.', approvalKey: key, decision: null, userAgent: 'browser' },
      principal: { id: expect.stringMatching(/#bob$/) },
      ...{ operation: question?.operation, request: question?.request, target: question?.target },
    });
  });

  test('leaves it pending while approvals are missing, and says which', async () => {
    await ask(security, twice);
    expect(countedAs(await by('bob'))).toEqual(['counted', 'PENDING']);
    const [, entry] = await entriesOf();
    expect(entry?.message).toBe('Approved. Approvals are missing: 1 of the group security for the policy two-people.');
    expect(countedAs(await by('pat', { policyIds: ['two-people'] }))).toEqual(['counted', 'APPROVED']);
  });

  test('counts a person once for each need, also with several votes', async () => {
    await ask(security, twice);
    await by('bob', { policyIds: ['two-people'] });
    expect(countedAs(await by('bob', { policyIds: ['two-people'] }))).toEqual(['repeated', 'PENDING']);
    expect(countedAs(await by('bob'))).toEqual(['counted', 'PENDING']);
    expect((await stored()).votes).toMatchObject([{ policyIds: ['needs-security', 'two-people'] }]);
    expect(countedAs(await by('pat', { policyIds: ['two-people'] }))).toEqual(['counted', 'APPROVED']);
  });

  test('of the same kind by the same person adds nothing, in any later state', async () => {
    await ask(security);
    const first = await by('bob');
    const second = await by('bob');
    expect(second).toEqual({ ...first, kind: 'repeated' });
    expect(await entriesOf()).toHaveLength(2);
    expect(countedAs(await by('pat'))).toEqual(['not-pending', 'APPROVED']);
    await gateway.create();
    expect(countedAs(await by('bob'))).toEqual(['repeated', 'USED']);
  });

  test('for needs that have all of their approvals is not counted', async () => {
    await ask(security, twice);
    await by('bob');
    expect(countedAs(await by('pat', { policyIds: ['needs-security'] }))).toEqual(['not-pending', 'PENDING']);
    expect(await entriesOf()).toHaveLength(2);
    // A rejection needs no need.
    const rejected = await by('pat', { policyIds: ['needs-security'], vote: 'REJECT' });
    expect(countedAs(rejected)).toEqual(['counted', 'REJECTED']);
  });

  test('for one that was approved does not end it, also once it could no longer be decided', async () => {
    const { decideUntil } = await ask(security);
    await by('bob');
    gateway.clock.skip(decideUntil - gateway.clock.now() + 1);
    expect(countedAs(await by('pat'))).toEqual(['not-pending', 'APPROVED']);
    expect((await stored()).state).toBe('APPROVED');
  });

  test('is marked as that of who asked only if it approves', async () => {
    await ask({ ...security, count: 3 });
    await by('bob');
    await by('alice', { isOwnRequest: true });
    await by('alice', { isOwnRequest: true, vote: 'REJECT' });
    const entries = await entriesOf();
    expect(entries.slice(1).map(({ event, isOwnRequest }) => [event, isOwnRequest])).toEqual([
      ['APPROVED', undefined],
      ['APPROVED', true],
      ['REJECTED', undefined],
    ]);
  });

  test('that has no room in the approval is not counted', async () => {
    await ask({ ...security, count: 3 });
    const comment = 'x'.repeat(100_000);
    const votes = [await by('bob', { comment }), await by('pat', { comment }), await by('kim', { comment })];
    expect(votes.map(countedAs)).toEqual([
      ['counted', 'PENDING'],
      ['counted', 'PENDING'],
      ['not-pending', 'PENDING'],
    ]);
  });

  test('that rejects ends it, whoever has approved before', async () => {
    await ask(twice);
    await by('bob');
    expect(countedAs(await by('bob', { vote: 'REJECT', comment: 'On second thoughts.' }))).toEqual([
      'counted',
      'REJECTED',
    ]);
    expect(countedAs(await by('pat'))).toEqual(['not-pending', 'REJECTED']);
    expect((await entriesOf()).map(({ event }) => event)).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'REJECTED']);
  });

  test('by nobody whom policy permits is an error, not a vote', async () => {
    await ask(security);
    await expect(by('bob', { policyIds: ['another'] })).rejects.toThrow(/counts for none of its needs/);
  });

  test.each([
    ['before it can no longer be decided is counted', -2, ['counted', 'APPROVED'], 'APPROVED'],
    [
      'once it can no longer be decided is not counted, and its end is recorded',
      0,
      ['not-pending', 'EXPIRED'],
      'APPROVAL_EXPIRED',
    ],
  ])('%s', async (_, sinceMs, result, event) => {
    const { decideUntil } = await ask(security);
    gateway.clock.skip(decideUntil - gateway.clock.now() + sinceMs);
    const frozen = { ...gateway.deps, approvals: ledger, clock: () => decideUntil + sinceMs };
    const approval = await stored();
    const { kind, ...voted } = await vote(frozen, approval, {
      ...{ identity: identityOf('bob'), vote: 'APPROVE', policyIds: ['needs-security'], comment: null },
      ...{ isOwnRequest: false, locksRevision: 0, comparedGroups: [], deadline: decideUntil + 20_000 },
    });
    expect([kind, 'approval' in voted && voted.approval.state]).toEqual(result);
    expect((await entriesOf()).at(-1)?.event).toBe(event);
  });

  test('on one that another took the place of is gone', async () => {
    const old = await ask(security);
    await ask({ ...security, policyHash: 'd'.repeat(64) });
    expect(await voteOn(gateway, ledger, old)).toEqual({ kind: 'gone' });
    expect((await stored()).votes).toEqual([]);
  });

  test('at the same time as another one is counted with it', async () => {
    const read = await ask(twice);
    const results = await Promise.all(['bob', 'pat'].map((name) => voteOn(gateway, ledger, read, { by: name })));
    expect(results.map(countedAs).sort()).toEqual([
      ['counted', 'APPROVED'],
      ['counted', 'PENDING'],
    ]);
    expect((await stored()).votes).toHaveLength(2);
  });

  test('to approve and one to reject at the same time end in one state, which both entries agree with', async () => {
    const read = await ask(security);
    const results = await Promise.all([
      voteOn(gateway, ledger, read, { by: 'bob' }),
      voteOn(gateway, ledger, read, { by: 'pat', vote: 'REJECT' }),
    ]);
    const counted = results.filter(({ kind }) => kind === 'counted');
    expect(counted).toHaveLength(1);
    expect((await entriesOf()).map(({ event }) => event)).toEqual(['APPROVAL_REQUESTED', (await stored()).state]);
  });
});

const slice = entries.INTENT.decision?.slice;
if (!slice) throw new Error('The sample has no decision.');
const need = approvalNeed();
const ofDelete = { ...need, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' } as const;
const tags = [
  { key: 'a', value: '1' },
  { key: 'b', value: '2' },
];
const before = association({ tags });
const bound = bindingOf([need], { slice }, { before, declaration: 'payments' });

const needOf = (fields: object) => bindingOf([{ ...need, ...fields }], { slice }, { before, declaration: 'payments' });
const asShown = (fields: object) =>
  bindingOf([need], { slice }, { before: { ...before, ...fields }, declaration: 'payments' });
const changed = `the policy ${need.policyId} changed`;

test.each([
  ['another group that approves', needOf({ group: 'another' }), changed],
  ['another number of people', needOf({ count: need.count + 1 }), changed],
  ['another text of the policy', needOf({ policyHash: 'another' }), changed],
  ['an association with another id', asShown({ associationId: 'a-another' }), 'the association changed'],
  ['an association with another setting', asShown({ roleArn: 'another' }), 'the association changed'],
  ['an association with another tag', asShown({ tags: tags.slice(1) }), 'the association changed'],
  ['an association of another time', asShown({ modifiedAt: '2027-01-01T00:00:00.000Z' }), 'the association changed'],
])('an approval does not fit %s', (_, now, change) => {
  expect(changesBetween(bound, now)).toEqual([change]);
});

test('an approval of a request does not fit the same need of the delete that its expiry is', () => {
  const both = bindingOf([need, ofDelete], { slice }, { before, declaration: 'payments' });
  expect(changesBetween(bound, both)).toEqual([`the policy ${need.policyId} asks for an approval too`]);
  expect(changesBetween(both, bound)).toEqual([`the policy ${need.policyId} asks for no approval any more`]);
});

test('an approval fits what is in another order: needs and tags', () => {
  const other = approvalNeed({ policyId: 'another' });
  const context = { before, declaration: 'payments' };
  const asked = bindingOf([need, other], { slice }, context);
  expect(changesBetween(asked, bindingOf([other, need], { slice }, context))).toEqual([]);
  expect(changesBetween(bound, asShown({ tags: tags.toReversed() }))).toEqual([]);
});

test.each([
  ['waits', { state: 'PENDING', decideUntil: 1_000, useUntil: null }, ['wait', 'expire']],
  ['was given', { state: 'APPROVED', decideUntil: 500, useUntil: 1_000 }, ['begin', 'expire']],
] as const)('an approval that %s is over from the end of its time on', (_, fields, steps) => {
  const approval = storedApproval(fields);
  const { idempotencyKey, fingerprint, binding } = approval;
  const question = { idempotencyKey, fingerprint, binding, startedAt: 0 };
  const stepAt = (now: number) => approvalStep(question, { record: null, approval }, now).kind;
  expect([stepAt(999), stepAt(1_000)]).toEqual(steps);
});
