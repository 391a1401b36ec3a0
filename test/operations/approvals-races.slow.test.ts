// Quick test: test/operations/vote.test.ts.
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { publicApprovalId } from '../../src/model/approval.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { createAssociation, inDoubtMs, leaseMs, operations, reconcileNow, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Payload } from '../support/documents.ts';
import { home, input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const { useMs } = defaultApprovalLimits;
const required = { status: 'REFUSED', refusal: { code: 'APPROVAL_REQUIRED', retryable: true } };

describeOnLedger('a request that needs an approval, on $name', ({ open }) => {
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
    delete asked.timeZone;
  });

  const stored = () => lastApproval(ledger, gateway);
  const approve = async () => voteOn(gateway, ledger, await stored());
  const events = async () => (await ledger.operationEntries((await stored()).id)).map(({ event }) => event);
  const createOnce = async (fields: object = {}) => {
    expect(await gateway.create(fields)).toMatchObject(required);
    await approve();
    return gateway.create(fields);
  };
  const fault = (kind: 'throttle' | 'cut-before' | 'cut-after', operation = 'Create') =>
    gateway.simulator.control.addFault({
      operation: `${operation}PodIdentityAssociation` as 'CreatePodIdentityAssociation',
      kind,
    });
  /** An association that policy let alice create without an approval. */
  const createUnasked = async () => {
    asked.needs = [];
    const association = await createAssociation(gateway);
    asked.needs = [security];
    return association;
  };
  /** Another process, which shares ledger, EKS and policy. */
  const start = (options: Partial<Parameters<typeof openGateway>[0]> = {}) =>
    openGateway({ ledger, simulator: gateway.simulator, change, ...options });

  test('is held, approved and executed once, with the approval in every later entry', async () => {
    const held = await gateway.create();
    expect(held).toMatchObject({
      ...required,
      retryAfterSeconds: 60,
      clientRequestToken: 'first',
      auditEntry: { event: 'APPROVAL_REQUESTED' },
    });
    expect(await gateway.create()).toMatchObject({ ...required, auditEntry: held.auditEntry });
    gateway.clock.skip(3_000_000);
    expect(await gateway.create()).toMatchObject({ retryAfterSeconds: 300 });
    await approve();
    const created = await gateway.create();
    expect(created).toMatchObject({ status: 'SUCCEEDED' });
    const { id, key, votes, state, usedBy } = await stored();
    expect([state, usedBy]).toEqual(['USED', created.auditEntry.operationId]);
    const entries = await ledger.operationEntries(created.auditEntry.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'SUCCEEDED']);
    for (const { decision } of entries) {
      expect(decision).toMatchObject({
        allowed: true,
        violations: [],
        needs: [security],
        approval: { approvalId: publicApprovalId({ id, key }), votes },
      });
    }
    expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED']);
    expect(gateway.sent()).toBe(1);
  });

  test('without a token gets one, with which it is executed', async () => {
    const { clientRequestToken } = await gateway.create({ clientRequestToken: null });
    await approve();
    expect(clientRequestToken).not.toBeNull();
    expect(await gateway.create({ clientRequestToken })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('that is approved and sent at the same time is executed at most once, and by the next send', async () => {
    await gateway.create();
    const approval = await stored();
    const answers = await Promise.all([
      gateway.create(),
      voteOn(gateway, ledger, approval),
      gateway.create(),
      voteOn(gateway, ledger, approval, { by: 'pat' }),
      gateway.create(),
    ]);
    for (const answer of answers) {
      if ('status' in answer) expect(['SUCCEEDED', 'IN_PROGRESS', 'REFUSED']).toContain(answer.status);
    }
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent()).toBe(1);
    expect((await stored()).votes).toHaveLength(1);
  });

  test('that is sent with two tokens at the same time has one effect by one approval', async () => {
    await gateway.create({ clientRequestToken: 'one' });
    await approve();
    const both = await Promise.all(['one', 'two'].map((clientRequestToken) => gateway.create({ clientRequestToken })));
    // The other one asks for an approval of its own, unless it sees the association already.
    expect(both.map(({ status, refusal }) => refusal?.code ?? status).sort()).toEqual([
      expect.stringMatching(/^(APPROVAL_REQUIRED|ASSOCIATION_ALREADY_EXISTS)$/),
      'SUCCEEDED',
    ]);
    expect(gateway.sent()).toBe(1);
  });

  test('that was executed is not undone or stopped by a later rejection', async () => {
    await createOnce();
    const approval = await stored();
    expect(await voteOn(gateway, ledger, approval, { by: 'pat', vote: 'REJECT' })).toEqual({
      kind: 'not-pending',
      approval,
    });
    expect(gateway.simulator.control.associations()).toHaveLength(1);
  });

  test('that is rejected is answered so for good, and only a new token asks again', async () => {
    await gateway.create();
    await voteOn(gateway, ledger, await stored(), { vote: 'REJECT', comment: 'Not on a Friday.' });
    const refused = await gateway.create();
    expect(refused).toMatchObject({ status: 'REFUSED', refusal: { code: 'APPROVAL_REJECTED', retryable: false } });
    expect(refused.refusal?.message).toMatch(/#bob rejected the request at .*: Not on a Friday\./);
    expect(await gateway.create()).toMatchObject({ replayed: true, refusal: { code: 'APPROVAL_REJECTED' } });
    expect(await gateway.create({ clientRequestToken: 'again' })).toMatchObject(required);
  });

  test('whose process ended after the claim is not sent again by the approval, as a create may still be applied', async () => {
    await gateway.create();
    await approve();
    const expiry = await start({
      change: (deps) => ({
        ...change(deps),
        eksFor: () => {
          throw new Error('The process ended.');
        },
      }),
    });
    await expect(expiry.create()).rejects.toThrow();
    await expiry.close();
    expect((await stored()).state).toBe('USED');
    gateway.clock.skip(leaseMs);
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect((await stored()).state).toBe('USED');
    expect(await createOnce()).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent()).toBe(1);
  });

  test.each(operations)(
    '$name that certainly had no effect is sent again by the same approval',
    async ({ send, call }) => {
      const association = await createUnasked();
      expect(await send(gateway, association)).toMatchObject(required);
      await approve();
      fault('cut-before', call.replace('PodIdentityAssociation', ''));
      expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await send(gateway, association)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await events()).toEqual(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED', 'APPROVAL_USED']);
    },
  );

  test.each(operations)(
    '$name that certainly had no effect is not sent again by an approval that policy does not accept any more',
    async ({ send, call, isDone }) => {
      const association = await createUnasked();
      await send(gateway, association);
      await approve();
      fault('cut-before', call.replace('PodIdentityAssociation', ''));
      expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      asked.needs = [{ ...security, count: 2 }];
      expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
      expect(await send(gateway, association)).toMatchObject(required);
      expect(isDone(gateway)).toBe(false);
    },
  );

  test('that the reconciler released goes on by the approval only where the release is proven', async () => {
    const association = await createUnasked();
    const [{ send }] = operations;
    await send(gateway, association);
    await approve();
    fault('cut-before', 'Update');
    await send(gateway, association);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await send(gateway, association)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each([
    [
      'the policy changed',
      () => (asked.needs = [{ ...security, policyHash: 'd'.repeat(64) }]),
      /the policy needs-security changed/,
    ],
    [
      'another policy asks too',
      () => (asked.needs = [security, { ...security, policyId: 'b' }]),
      /the policy b asks for an approval too/,
    ],
    [
      'more people must approve',
      () => (asked.needs = [{ ...security, count: 2 }]),
      /the policy needs-security changed/,
    ],
    [
      'the inventory changed',
      () => (asked.timeZone = 'Asia/Tokyo'),
      /the part of the inventory that policy uses changed/,
    ],
  ])('asks again if %s after it was approved', async (_, switchPolicy, message) => {
    await gateway.create();
    await approve();
    const { id } = await stored();
    switchPolicy();
    const held = await gateway.create();
    expect(held).toMatchObject(required);
    expect(held.refusal?.message).toMatch(message);
    expect((await stored()).id).not.toBe(id);
    expect(gateway.sent()).toBe(0);
  });

  test('does not ask again if only the text that explains the policy differs', async () => {
    await gateway.create();
    await approve();
    asked.needs = [{ ...security, message: 'Other words.', advice: null }];
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is executed without an approval once policy asks for none, and the approval stays as it is', async () => {
    await gateway.create();
    asked.needs = [];
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect((await stored()).state).toBe('PENDING');
  });

  test.each(operations)(
    '$name asks again if others changed the association after it was approved',
    async ({ send }) => {
      const association = await createUnasked();
      await send(gateway, association);
      await approve();
      asked.needs = [];
      const others = {
        associationId: association.associationId,
        disableSessionTags: true,
        clientRequestToken: 'others',
      };
      expect(await gateway.update(others, 'pat')).toMatchObject({ status: 'SUCCEEDED' });
      asked.needs = [security];
      const held = await send(gateway, association);
      expect(held).toMatchObject(required);
      expect(held.refusal?.message).toMatch(/the association changed/);
    },
  );

  test('whose expected modifiedAt is over is refused, asks nobody, and uses no approval', async () => {
    const association = await createUnasked();
    const expecting = {
      associationId: association.associationId,
      roleArn: worker,
      expectedModifiedAt: '2026-01-01T00:00:00.000Z',
    };
    const refused = await gateway.update({ ...expecting, clientRequestToken: 'change' });
    expect(refused).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' }, auditEntry: { event: 'REFUSED' } });
    await expect(stored()).rejects.toThrow('No approval was asked for.');
  });

  test('whose expected revision is another one is refused, and its approval can still be used', async () => {
    expect(await gateway.create({ expectedRevision: 0 })).toMatchObject(required);
    await approve();
    asked.needs = [];
    await gateway.create({ clientRequestToken: 'others' }, 'pat');
    asked.needs = [security];
    expect(await gateway.create({ expectedRevision: 0 })).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
    expect((await stored()).state).toBe('APPROVED');
  });

  test('to adopt an association uses its approval without an INTENT', async () => {
    const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'other' };
    const { associationId } = gateway.simulator.control.createAssociation({ ...place, roleArn: input.roleArn });
    const adopt = () => gateway.adopt({ associationId, clientRequestToken: 'adopt' });
    expect(await adopt()).toMatchObject(required);
    await approve();
    const adopted = await adopt();
    expect(adopted).toMatchObject({ status: 'SUCCEEDED' });
    expect(await gateway.events(adopted.auditEntry.operationId)).toEqual(['SUCCEEDED']);
    expect((await stored()).usedBy).toBe(adopted.auditEntry.operationId);
  });

  test('that a lock stops uses no approval, and goes on by it once the lock is lifted', async () => {
    await gateway.create();
    await approve();
    const locks = lockOperations(ledger);
    await locks.lock({ kind: 'ALL' });
    expect(await gateway.create()).toMatchObject({
      refusal: { code: 'CHANGES_LOCKED' },
      auditEntry: { event: 'REFUSED' },
    });
    expect((await stored()).state).toBe('APPROVED');
    await locks.lift({ kind: 'ALL' });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent()).toBe(1);
  });

  test('of a principal with as many pending ones as it may have is refused, and its token stays unused', async () => {
    const small = await start({ approvalLimits: { maxPending: 1 } });
    expect(await small.create()).toMatchObject(required);
    const second = { serviceAccount: 'second', clientRequestToken: 'second' };
    const limited = {
      status: 'REFUSED',
      refusal: { code: 'APPROVAL_LIMIT_REACHED', retryable: true },
      retryAfterSeconds: 300,
    };
    expect(await small.create(second)).toMatchObject(limited);
    const own = await lastApproval(ledger, small);
    small.clock.skip(1);
    expect(await small.create(second, 'pat')).toMatchObject(required);
    await voteOn(small, ledger, own);
    expect(await small.create(second)).toMatchObject(required);
    await small.close();
  });

  test('by a service leaves the limits of other people and of the service, and each is refused at its own', async () => {
    const small = await start({ approvalLimits: { maxPending: 1, maxPendingOfService: 4 } });
    const ask = (name: string, onBehalfOf: string | null) =>
      small.create({ serviceAccount: name, clientRequestToken: name, onBehalfOf }, 'chatops');
    expect(await ask('one', 'alice@example.com')).toMatchObject(required);
    const ofPerson = await ask('two', 'alice@example.com');
    expect(ofPerson).toMatchObject({ refusal: { code: 'APPROVAL_LIMIT_REACHED', retryable: true } });
    expect(ofPerson.refusal?.message).toContain('1 pending approvals for alice@example.com');
    expect(await ask('three', 'pat@example.com')).toMatchObject(required);
    for (const name of ['four', 'five']) expect(await ask(name, null)).toMatchObject(required);
    const ofService = await ask('six', null);
    expect(ofService.refusal?.message).toContain('You have 4 pending approvals');
    // A person behind the actor of a token counts as that person.
    for (const [name, answer] of [
      ['seven', required],
      ['eight', { refusal: { code: 'APPROVAL_LIMIT_REACHED' } }],
    ] as const)
      expect(await small.create({ serviceAccount: name, clientRequestToken: name }, 'alice-via-chatops')).toMatchObject(
        answer,
      );
    await small.close();
  });

  describe('and is rejected', () => {
    const hourMs = 3_600_000;
    const rejectedWith = async (clientRequestToken: string) => {
      expect(await gateway.create({ clientRequestToken })).toMatchObject(required);
      await voteOn(gateway, ledger, await stored(), { vote: 'REJECT' });
    };

    test('twice within a day is not asked for again for an hour, by any token', async () => {
      await rejectedWith('first');
      expect(await gateway.create({ clientRequestToken: 'other', serviceAccount: 'other' })).toMatchObject(required);
      gateway.clock.skip(20 * hourMs);
      await rejectedWith('second');
      gateway.clock.skip(10 * 60_000);
      const refused = await gateway.create({ clientRequestToken: 'third' });
      expect(refused).toMatchObject({
        ...{ status: 'REFUSED', clientRequestToken: 'third', auditEntry: { event: 'REFUSED' } },
        refusal: { code: 'APPROVAL_LIMIT_REACHED', retryable: true },
      });
      expect(refused.refusal?.message).toContain('The same request was rejected twice within a day');
      const { retryAfterSeconds } = refused;
      expect(retryAfterSeconds).toBeGreaterThan(2_990);
      expect(retryAfterSeconds).toBeLessThanOrEqual(3_000);
      expect((await stored()).state).toBe('REJECTED');
      gateway.clock.skip((retryAfterSeconds ?? 0) * 1_000);
      expect(await gateway.create({ clientRequestToken: 'third' })).toMatchObject(required);
      // The third one within the day again.
      await voteOn(gateway, ledger, await stored(), { vote: 'REJECT' });
      expect(await gateway.create({ clientRequestToken: 'fourth' })).toMatchObject({
        refusal: { code: 'APPROVAL_LIMIT_REACHED' },
      });
    });

    test('twice, a day apart, is asked for again at once', async () => {
      await rejectedWith('first');
      gateway.clock.skip(24 * hourMs);
      await rejectedWith('second');
      expect(await gateway.create({ clientRequestToken: 'third' })).toMatchObject(required);
    });
  });

  test('is checked without asking anybody', async () => {
    const { clientRequestToken: _, ...checked } = input;
    const query = `query ($input: CreatePodIdentityAssociationInput!) {
      checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted refusal { code } auditEntry { event } } }`;
    expect(await gateway.send(query, { input: checked })).toMatchObject({
      data: {
        checkCreatePodIdentityAssociation: {
          ...{ wouldBeAttempted: false, refusal: { code: 'APPROVAL_REQUIRED' }, auditEntry: { event: 'CHECKED' } },
        },
      },
    });
    await expect(stored()).rejects.toThrow('No approval was asked for.');
  });

  test('is used within its time by the clock of each process, however these differ', async () => {
    const { clockErrorMs } = gateway.deps.times;
    const skewed = (ms: number) => start({ clock: { ...gateway.clock, now: () => gateway.clock.now() + ms } });
    const [slow, fast] = [await skewed(-clockErrorMs), await skewed(clockErrorMs)];
    await fast.create();
    expect(await voteOn(slow, ledger, await stored())).toMatchObject({ kind: 'counted' });
    const { useUntil } = await stored();
    gateway.clock.skip(useMs - clockErrorMs);
    // By the fast clock it is over, which is final for its token, whatever slower clocks say.
    expect(await fast.create()).toMatchObject({ refusal: { code: 'APPROVAL_EXPIRED' } });
    expect(gateway.clock.now() + clockErrorMs).toBeGreaterThanOrEqual(useUntil ?? Infinity);
    expect(await slow.create()).toMatchObject({ replayed: true, refusal: { code: 'APPROVAL_EXPIRED' } });
    expect(gateway.sent()).toBe(0);
    await slow.close();
    await fast.close();
  });

  test('whose approval another process changes before each claim is answered in the end, and not executed twice', async () => {
    await gateway.create();
    await approve();
    const approval = await stored();
    let reads = 0;
    const racing: Ledger & ApprovalStore = {
      ...ledger,
      getRecordAndApproval: async (...keys) => {
        const read = await ledger.getRecordAndApproval(...keys);
        reads += 1;
        if (reads === 1)
          expect(await gateway.create({ clientRequestToken: 'faster' })).toMatchObject({ status: 'SUCCEEDED' });
        return read;
      },
    };
    const racer = await start({ ledger: racing });
    const answer: Payload = await racer.create();
    expect(answer).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    expect(await stored()).toMatchObject({ id: approval.id, state: 'USED' });
    expect(gateway.sent()).toBe(1);
    await racer.close();
  });

  test('has its entries in the trail of the namespace', async () => {
    await createOnce();
    const partition = {
      kind: 'namespace',
      ...home,
      clusterName: input.clusterName,
      namespace: input.namespace,
    } as const;
    const query = {
      since: null,
      until: null,
      events: null,
      operations: null,
      refusalCodes: null,
      roleArn: null,
      policyId: null,
    };
    const { entries } = await ledger.readTrail({ ...query, partition, limit: 10, before: null });
    expect(entries.map(({ event }) => event).reverse()).toEqual([
      ...['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED', 'INTENT', 'SUCCEEDED'],
    ]);
  });
});
