import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ApprovalNeed } from '../../src/model/approval-vote.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { createAssociation, inDoubtMs, operations } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openBeside } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

// An operation that begins by an approval judges the votes again, as docs/decisions/0008-approvals.md describes.

const { decideMs } = defaultApprovalLimits;
const idOf = (name: string) => `https://issuer.example#${name}`;
const bob = { kind: 'PRINCIPAL', principalId: idOf('bob') } as const;
const required = { status: 'REFUSED', refusal: { code: 'APPROVAL_REQUIRED', retryable: true } };

describeOnLedger('a vote of an approval that is used, on $name', ({ open }) => {
  const asked: Asked = { needs: [] };
  let ledger: Ledger & ApprovalStore;
  let gateway: Gateway;
  const change = askingFor(asked);
  openForEachTest((opened) => ({ ledger, gateway } = opened as typeof opened & { ledger: typeof ledger }), {
    open,
    change,
  });
  beforeEach(() => {
    asked.needs = [security];
    asked.deniedVoters = [];
    asked.deniedGroups = [];
    asked.subjects = [];
  });

  const stored = () => lastApproval(ledger, gateway);
  const approve = async (by = 'bob') =>
    voteOn(gateway, ledger, await stored(), { by, locksRevision: (await ledger.getLocks()).revision });
  const events = async () => (await ledger.operationEntries((await stored()).id)).map(({ event }) => event);
  const locks = () => lockOperations(ledger);
  const askAndApprove = async (needs: readonly ApprovalNeed[] = [security]) => {
    asked.needs = needs;
    await gateway.create();
    await approve();
  };
  /** A process whose store does something before its first write of a kind. */
  const interrupted = (method: 'commit' | 'putApproval', act: () => Promise<unknown>) => {
    let isOver = false;
    const own = {
      ...ledger,
      [method]: async (...args: never) => {
        if (!isOver) {
          isOver = true;
          await act();
        }
        return (ledger[method] as (...of: never) => unknown)(...args);
      },
    };
    return openBeside(gateway, { ledger: own, change });
  };

  test.each([
    [
      'was locked since',
      () => locks().lock(bob, 'A thief.'),
      'VOTER_LOCKED',
      'a lock was set on the voter, or on the service through which they voted',
    ],
    [
      'was locked since, also if the lock was lifted',
      async () => {
        await locks().lock(bob, 'A thief.');
        await locks().lift(bob);
      },
      'VOTER_LOCKED',
      'a lock was set on the voter, or on the service through which they voted',
    ],
    [
      'policy no longer lets vote',
      () => Promise.resolve((asked.deniedVoters = ['bob'])),
      'POLICY_DENIED',
      'policy does not permit it any more',
    ],
  ])('does not count if its voter %s: it is voided, and the request waits again', async (_, happen, reason, why) => {
    await askAndApprove();
    const approved = await stored();
    const [{ time } = { time: '' }] = approved.votes;
    await happen();
    gateway.clock.skip(1_000);
    const held = await gateway.create();
    expect(held).toMatchObject(required);
    const sentence = `The vote of ${idOf('bob')} at ${time} does not count any more: ${why}.`;
    expect(held.refusal?.message).toContain(sentence);
    expect(JSON.stringify(held)).not.toContain('A thief');
    expect(gateway.sent()).toBe(0);

    const { decideUntil, revision } = approved;
    expect(await stored()).toMatchObject({
      ...{ state: 'PENDING', decideUntil, useUntil: null, votes: [], revision: revision + 1 },
      voidedVotes: [{ principal: { id: idOf('bob') }, time, reason }],
    });
    expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_VOTE_VOIDED']);
    const entry = (await ledger.operationEntries(approved.id)).at(-1);
    expect(entry).toMatchObject({ fence: revision + 1, principal: { id: idOf('alice') }, actor: null });
    expect(entry?.message).toContain(sentence);
    expect(entry?.message).toContain(new Date(decideUntil).toISOString());
    // A repetition says it again, and writes nothing.
    expect((await gateway.create()).refusal?.message).toContain(sentence);
    expect(await events()).toHaveLength(3);
  });

  test('does not count for good once it was voided, and its voter may vote again', async () => {
    await askAndApprove();
    asked.deniedVoters = ['bob'];
    await gateway.create();
    asked.deniedVoters = [];
    expect(await gateway.create()).toMatchObject(required);
    expect(await approve()).toMatchObject({ kind: 'counted', approval: { state: 'APPROVED' } });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect((await stored()).voidedVotes).toHaveLength(1);
  });

  test('counts if it was given after the lock was lifted, and if another principal was locked', async () => {
    await gateway.create();
    await locks().lock(bob);
    await locks().lift(bob);
    await locks().lock({ ...bob, principalId: idOf('pat') });
    await approve();
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is judged with its own time, comment and address', async () => {
    await gateway.create();
    await voteOn(gateway, ledger, await stored(), { comment: 'Seen.' });
    const [{ time } = { time: '' }] = (await stored()).votes;
    gateway.clock.skip(60_000);
    asked.votes = [];
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(asked.votes.length).toBeGreaterThan(0);
    for (const { identity, hasReason, now } of asked.votes)
      expect([identity.principal.id, identity.sourceAddress, hasReason, now]).toEqual([
        ...[idOf('bob'), '192.0.2.9', true],
        Date.parse(time),
      ]);
  });

  test('does not count if the service through which it was given is locked', async () => {
    await gateway.create();
    const { id, kind } = { id: idOf('chatops'), kind: 'SERVICE' } as const;
    const approval = await stored();
    const principal = { id: idOf('bob'), kind: 'USER', groups: ['security'], sessionName: null } as const;
    const actor = { id, kind, groups: [], sessionName: null };
    const from = { sourceAddress: null, userAgent: null, apiRequestId: 'vote' };
    await voteOn(gateway, ledger, approval, { identity: { principal, actor, ...from } });
    await locks().lock({ kind: 'PRINCIPAL', principalId: id });
    expect(await gateway.create()).toMatchObject(required);
    expect((await stored()).voidedVotes).toMatchObject([{ actor: { id }, reason: 'VOTER_LOCKED' }]);
  });

  test('leaves the request approved where the others are enough, and executed by the same request', async () => {
    const needs = [security, { ...security, policyId: 'needs-platform', group: 'platform' }];
    asked.needs = needs;
    await gateway.create();
    const vote = async (by: string, policyIds: readonly string[]) =>
      voteOn(gateway, ledger, await stored(), { by, policyIds });
    await vote('bob', ['needs-security']);
    await vote('pat', ['needs-platform']);
    const approval = await stored();
    expect(approval.state).toBe('APPROVED');
    // Pat votes for both since another version let them: bob's is one too many.
    const votes = approval.votes.map((one) => ({ ...one, policyIds: needs.map(({ policyId }) => policyId) }));
    const next = { ...approval, revision: approval.revision + 1, votes };
    const [entry] = await ledger.operationEntries(approval.id);
    if (!entry) throw new Error('No entry.');
    await ledger.putApproval(approval, next, { ...entry, entryId: gateway.deps.ulid(gateway.clock.now()) }, null);
    await locks().lock(bob);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect((await stored()).votes).toMatchObject([{ principal: { id: idOf('pat') } }]);
    expect((await events()).slice(-2)).toEqual(['APPROVAL_VOTE_VOIDED', 'APPROVAL_USED']);
  });

  test('leaves the request pending where one of two is left, also if it counts for another need still', async () => {
    const leads = { ...security, policyId: 'leads-agree', group: 'leads' };
    await askAndApprove([{ ...security, count: 2 }, leads]);
    await approve('eve');
    expect(await stored()).toMatchObject({ state: 'APPROVED' });
    await locks().lock(bob, 'A thief.');
    expect(await gateway.create()).toMatchObject(required);
    expect(await stored()).toMatchObject({ state: 'PENDING', votes: [{ principal: { id: idOf('eve') } }] });
    asked.deniedGroups = ['leads'];
    await approve('carol');
    expect(await gateway.create()).toMatchObject(required);
    expect(await stored()).toMatchObject({ votes: [], voidedVotes: [{}, { reason: 'POLICY_DENIED' }, {}] });
  });

  test('is judged with who asks now, of whom every group is known, and not as the approval recorded them', async () => {
    await askAndApprove();
    asked.subjects = [];
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(asked.subjects.length).toBeGreaterThan(0);
    for (const { requested } of asked.subjects) expect(requested.principal).not.toHaveProperty('otherGroups');
  });

  test('is the last of at most 20 void votes that an approval keeps', async () => {
    await askAndApprove();
    const approval = await stored();
    const [vote] = approval.votes;
    const [entry] = await ledger.operationEntries(approval.id);
    if (!vote || !entry) throw new Error('There is no vote.');
    const { principal, actor, time } = vote;
    const voidedVotes = Array.from({ length: 20 }, (_, index) => ({
      ...{ actor, time, voidedAt: time, reason: 'POLICY_DENIED' as const },
      principal: { ...principal, id: `earlier-${index}` },
    }));
    const next = { ...approval, revision: approval.revision + 1, voidedVotes };
    await ledger.putApproval(approval, next, { ...entry, entryId: gateway.deps.ulid(gateway.clock.now()) }, null);
    await locks().lock(bob, 'A thief.');
    expect(await gateway.create()).toMatchObject(required);
    const kept = (await stored()).voidedVotes?.map((one) => one.principal.id);
    expect(kept).toEqual([...voidedVotes.slice(1).map((one) => one.principal.id), idOf('bob')]);
  });

  test('is voided into an approval that has expired once the time to approve is over', async () => {
    await gateway.create();
    // The clock also runs, and a busy machine takes a while to approve.
    gateway.clock.skip(decideMs - 60_000);
    await approve();
    await locks().lock(bob);
    gateway.clock.skip(61_000);
    const refused = await gateway.create();
    expect(refused).toMatchObject({ status: 'REFUSED', refusal: { code: 'APPROVAL_EXPIRED', retryable: false } });
    expect(refused.refusal?.message).toContain(`The vote of ${idOf('bob')}`);
    expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_VOTE_VOIDED']);
    expect((await stored()).state).toBe('EXPIRED');
  });

  test('is voided however many approvals are pending, and the request counts as pending again', async () => {
    const small = await openBeside(gateway, { change, approvalLimits: { maxPending: 1 } });
    await askAndApprove();
    const other = { serviceAccount: 'other', clientRequestToken: 'other' };
    const third = { serviceAccount: 'third', clientRequestToken: 'third' };
    expect(await small.create(other)).toMatchObject(required);
    await locks().lock(bob);
    expect(await small.create()).toMatchObject(required);
    expect(await small.create(third)).toMatchObject({ refusal: { code: 'APPROVAL_LIMIT_REACHED' } });
  });

  test('that was voided before the claim does not begin an operation, although another vote approved it again', async () => {
    await askAndApprove();
    const slow = await interrupted('commit', async () => {
      asked.deniedVoters = ['bob'];
      await gateway.create();
      await approve('pat');
    });
    // It judged bob's vote before that was voided, and judges that of pat before it begins.
    expect(await slow.create()).toMatchObject({ status: 'SUCCEEDED' });
    const { votes, voidedVotes } = await stored();
    expect(votes).toMatchObject([{ principal: { id: idOf('pat') } }]);
    expect(voidedVotes).toMatchObject([{ principal: { id: idOf('bob') } }]);
    expect((await events()).at(-1)).toBe('APPROVAL_USED');
    await slow.close();
  });

  test('is not voided once another request has used the approval', async () => {
    await askAndApprove();
    const slow = await interrupted('putApproval', async () => {
      asked.deniedVoters = [];
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    });
    asked.deniedVoters = ['bob'];
    expect(await slow.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED']);
    expect(gateway.sent()).toBe(1);
    await slow.close();
  });

  test('is not judged when an operation that began is observed or its result returned again', async () => {
    await askAndApprove();
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    await locks().lock(bob);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect((await stored()).state).toBe('USED');
  });

  test('is judged again after a proven release, and asked for again in another approval', async () => {
    await askAndApprove();
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
    expect(await gateway.create()).toMatchObject({ refusal: { code: 'THROTTLED' } });
    const used = await stored();
    await locks().lock(bob);
    const held = await gateway.create();
    expect(held).toMatchObject(required);
    expect(held.refusal?.message).toContain('An earlier approval does not fit any more: votes do not count any more');
    expect(await stored()).toMatchObject({ state: 'PENDING', revision: 1 });
    expect((await stored()).id).not.toBe(used.id);
    expect(gateway.sent()).toBe(1);
  });

  test.each(operations)('is judged again when $name is sent again after the doubt', async ({ send, call, isDone }) => {
    asked.needs = [];
    const association = await createAssociation(gateway);
    asked.needs = [security];
    await send(gateway, association);
    await approve();
    gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
    expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    await locks().lock(bob);
    expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await send(gateway, association)).toMatchObject(required);
    expect(isDone(gateway)).toBe(false);
  });

  test('is enough only for as many people as a need asks for, also in an approval that another version approved', async () => {
    await askAndApprove([{ ...security, count: 2 }]);
    const approval = await stored();
    expect(approval.state).toBe('PENDING');
    const [entry] = await ledger.operationEntries(approval.id);
    if (!entry) throw new Error('No entry.');
    const next = { ...approval, revision: approval.revision + 1, state: 'APPROVED', useUntil: Date.now() * 2 } as const;
    await ledger.putApproval(approval, next, { ...entry, entryId: gateway.deps.ulid(gateway.clock.now()) }, null);
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.sent()).toBe(0);
  });
});
