import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { AuditPartition, Ledger, Locks } from '../../src/ledger/ledger.ts';
import type { LockScope } from '../../src/model/lock.ts';
import { readLocks } from '../../src/operations/terms/locks.ts';
import { inDoubtMs, operations, reconcileNow } from '../support/changes.ts';
import { home, input, openBeside, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations, operator } from '../support/locks.ts';

const all: LockScope = { kind: 'ALL' };
const cluster = (clusterName: string): LockScope => ({ kind: 'CLUSTER', ...home, clusterName });
const principal = (name: string): LockScope => ({ kind: 'PRINCIPAL', principalId: `https://issuer.example#${name}` });
const create = 'CreatePodIdentityAssociation';
const locked = { status: 'REFUSED', refusal: { code: 'CHANGES_LOCKED' } };

describeOnLedger('locks on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  /** A second one on the same EKS, in some tests. */
  let other: Gateway | null = null;
  let locks: ReturnType<typeof lockOperations>;

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateway = await openGateway({ ledger });
    locks = lockOperations(ledger);
  });
  afterEach(async () => {
    await other?.close();
    other = null;
    await gateway.close();
    await closeLedger();
  });

  const check = async (fields: object = {}) => {
    const document = `query ($input: CreatePodIdentityAssociationInput!) {
      checked: checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted retryAfterSeconds refusal { code } auditEntry { event } }
    }`;
    return (await gateway.send<{ checked: object }>(document, { input: { ...input, ...fields } })).data?.checked;
  };

  test('a create is refused with who set the lock and why, and nothing is sent to EKS', async () => {
    await locks.lock(cluster('apps-dev'), 'Incident 7.');
    await readLocks(gateway.deps);
    const answer = await gateway.create();
    expect(answer).toMatchObject({
      status: 'REFUSED',
      retryAfterSeconds: 300,
      clientRequestToken: 'first',
      refusal: {
        __typename: 'ChangesLocked',
        code: 'CHANGES_LOCKED',
        retryable: true,
        scope: 'CLUSTER',
        lockedBy: operator.id,
        reason: 'Incident 7.',
      },
      auditEntry: { event: 'REFUSED', refusalCode: 'CHANGES_LOCKED', fence: null },
    });
    expect(answer.refusal?.message).toContain('changes in the cluster 111122223333/eu-central-1/apps-dev since ');
    expect(answer.refusal?.advice).toContain(`${operator.id} set the lock and gave the reason "Incident 7."`);
    expect(gateway.simulator.control.requests()).toEqual([]);
    expect(await gateway.events(answer.auditEntry.operationId)).toEqual(['REFUSED']);
  });

  test.each(operations)(
    '$name is refused, and takes effect with the same token once the lock is lifted',
    async (operation) => {
      const { association } = await gateway.create();
      if (!association) throw new Error('There is no association.');
      await locks.lock(all);
      expect(await operation.send(gateway, association)).toMatchObject(locked);
      expect(gateway.sent(operation.call)).toBe(0);
      await locks.lift(all);
      expect(await operation.send(gateway, association)).toMatchObject({ status: 'SUCCEEDED', replayed: false });
      expect(operation.isDone(gateway)).toBe(true);
    },
  );

  test.each([
    ['everything', all, 'alice'],
    ['the cluster', cluster('apps-dev'), 'alice'],
    ['the principal', principal('alice'), 'alice'],
    ['the principal, whoever acts for it', principal('alice'), 'alice-via-chatops'],
    ['the actor', principal('chatops'), 'alice-via-chatops'],
  ])('a lock on %s stops a create', async (_, scope, as) => {
    await locks.lock(scope);
    expect(await gateway.create({}, as)).toMatchObject({ ...locked, refusal: { scope: scope.kind } });
  });

  test('a lock on a person stops what a service requests in the name of the person', async () => {
    await locks.lock(principal('alice'));
    const fields = { onBehalfOf: 'alice@example.com', clusterName: 'apps-prod' };
    expect(await gateway.create(fields, 'chatops')).toMatchObject(locked);
  });

  test.each([
    ['another cluster', cluster('apps-prod')],
    ['a cluster of this name in another account', { ...cluster('apps-dev'), accountId: '444455556666' } as LockScope],
    ['a cluster of this name in another region', { ...cluster('apps-dev'), region: 'us-east-1' } as LockScope],
    ['another principal', principal('bob')],
  ])('a lock on %s stops no create', async (_, scope) => {
    await locks.lock(scope);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('of several locks, the widest is named', async () => {
    for (const scope of [principal('alice'), cluster('apps-dev'), all]) await locks.lock(scope);
    expect(await gateway.create()).toMatchObject({ refusal: { scope: 'ALL' } });
    await locks.lift(all);
    expect(await gateway.create()).toMatchObject({ refusal: { scope: 'CLUSTER' } });
  });

  test('a dry run says that changes are locked, without a read from EKS', async () => {
    await locks.lock(all);
    expect(await check()).toEqual({
      wouldBeAttempted: false,
      retryAfterSeconds: 300,
      refusal: { code: 'CHANGES_LOCKED' },
      auditEntry: { event: 'CHECKED' },
    });
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('denied and invalid requests are answered as without a lock', async () => {
    await locks.lock(all);
    expect(await gateway.create({}, 'bob')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
    expect(await gateway.create({ namespace: '*' })).toMatchObject({ refusal: { code: 'INVALID_INPUT' } });
  });

  test('a finished request is still answered from its record', async () => {
    const first = await gateway.create();
    await locks.lock(all);
    expect(await gateway.create()).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
      association: first.association,
    });
  });

  test('a request in doubt is never reported as refused while it may have taken effect', async () => {
    gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
    const first = await gateway.create();
    expect(first).toMatchObject({ status: 'IN_PROGRESS' });
    await locks.lock(all);
    expect(await gateway.create()).toMatchObject({
      status: 'SUCCEEDED',
      association: { operationId: first.auditEntry.operationId },
    });
    expect(gateway.sent()).toBe(1);
  });

  test('a request in doubt that had no effect is closed and not sent again', async () => {
    gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
    const first = await gateway.create();
    await locks.lock(all);
    gateway.clock.skip(inDoubtMs);
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await gateway.events(first.auditEntry.operationId)).toEqual(['INTENT', 'UNKNOWN', 'TAKEN_OVER', 'RELEASED']);
    expect(await gateway.create()).toMatchObject(locked);
    expect(gateway.sent()).toBe(1);
    await locks.lift(all);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('the reconciler completes operations in doubt', async () => {
    gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
    const first = await gateway.create();
    await locks.lock(all);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await gateway.events(first.auditEntry.operationId)).toContain('SUCCEEDED');
  });

  test('a change that has passed the check is made, although a lock is set before its call', async () => {
    const racing: Ledger = {
      ...ledger,
      commit: async (expected, next, entries) => {
        const result = await ledger.commit(expected, next, entries);
        if (next.state === 'IN_PROGRESS') await locks.lock(all);
        return result;
      },
    };
    other = await openBeside(gateway, { ledger: racing });
    expect(await other.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await other.create({ clientRequestToken: 'second' })).toMatchObject(locked);
  });

  test('no change is sent while the locks can’t be read', async () => {
    const broken = { ...ledger, getLocks: () => Promise.reject(new LedgerUnavailable(new Error('down'))) };
    other = await openBeside(gateway, { ledger: broken });
    await expect(other.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.sent()).toBe(0);
  });

  test('setting and lifting a lock is in the audit trail, with operator and reason', async () => {
    await locks.lock(principal('alice'), 'Lost laptop.');
    await locks.lift(principal('alice'));
    const document = `{ auditTrail(scope: { gateway: ALL_ENTRIES }, events: [LOCKED, UNLOCKED]) {
      nodes { event operationKind operation { id } principal { principalId } reason message target { namespace } } } }`;
    const { data } = await gateway.send<{ auditTrail: { nodes: object[] } }>(document, {}, 'olivia');
    const shared = {
      operationKind: 'LOCK_CHANGES',
      operation: null,
      principal: { principalId: operator.id },
      target: null,
    };
    expect(data?.auditTrail.nodes).toMatchObject([
      { ...shared, event: 'UNLOCKED', reason: null },
      {
        ...shared,
        event: 'LOCKED',
        reason: 'Lost laptop.',
        message: 'Locked changes by https://issuer.example#alice.',
      },
    ]);
  });

  test('the entry of a lock has an id with the prefix that IAM policies name, and is readable by each of its ids', async () => {
    await locks.lock(all);
    interface Read {
      auditTrail: { nodes: { id: string; operationId: string }[] };
    }
    const trailOf = (scope: string) =>
      gateway.send<Read>(`{ auditTrail(scope: ${scope}) { nodes { id operationId } } }`, {}, 'olivia');
    const [entry] = (await trailOf('{ gateway: ALL_ENTRIES }')).data?.auditTrail.nodes ?? [];
    expect(entry?.operationId).toMatch(/^lock-[0-9A-Z]{26}$/);
    expect((await trailOf(`{ operationId: "${entry?.operationId}" }`)).data?.auditTrail.nodes).toEqual([entry]);
    const byId = `{ auditEntry(id: "${entry?.id}") { event } node(id: "${entry?.id}") { id } operation(id: "${entry?.operationId}") { id } }`;
    const { data } = await gateway.send(byId, {}, 'olivia');
    expect(data).toEqual({ auditEntry: { event: 'LOCKED' }, node: { id: entry?.id }, operation: null });
  });
});

const namespace = { kind: 'namespace', ...home, clusterName: 'apps-dev', namespace: 'payments' } as const;
const down = () => Promise.reject(new LedgerUnavailable(new Error('down')));

describeOnLedger('locks that are read during a claim on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let locks: ReturnType<typeof lockOperations>;
  let gateways: Gateway[];

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    locks = lockOperations(ledger);
    gateways = [];
  });

  afterEach(async () => {
    for (const gateway of gateways.reverse()) await gateway.close();
    await closeLedger();
  });

  /** The events of a part of the trail, oldest first. */
  const trail = async (partition: AuditPartition) => {
    const { entries } = await ledger.readTrail({ ...noFilters, partition, limit: 50, before: null });
    return entries.map(({ event }) => event).reverse();
  };

  /** A process of its own; further ones share the EKS of the first. */
  const start = async (parts: Partial<Ledger> = {}) => {
    const simulator = gateways[0]?.simulator;
    const gateway = await openGateway({ ledger: { ...ledger, ...parts }, ...(simulator && { simulator }) });
    gateways.push(gateway);
    return gateway;
  };

  test('the read and the claim run at the same time', async () => {
    const reading = Promise.withResolvers<undefined>();
    const claiming = Promise.withResolvers<undefined>();
    const gateway = await start({
      getLocks: async () => {
        reading.resolve(undefined);
        await claiming.promise;
        return ledger.getLocks();
      },
      commit: async (...call) => {
        claiming.resolve(undefined);
        await reading.promise;
        return ledger.commit(...call);
      },
    });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('nothing is sent to EKS before the locks are read, although the operation is claimed', async () => {
    const claimed = Promise.withResolvers<undefined>();
    const read = Promise.withResolvers<Locks>();
    const gateway = await start({
      getLocks: () => read.promise,
      commit: async (...call) => {
        const result = await ledger.commit(...call);
        claimed.resolve(undefined);
        return result;
      },
    });
    const answer = gateway.create();
    await claimed.promise;
    await locks.lock(all);
    read.resolve(await ledger.getLocks());
    expect(await answer).toMatchObject(locked);
    expect(gateway.sent()).toBe(0);
  });

  test('a lock that is found after the claim closes the operation, and its token works after the release', async () => {
    const gateway = await start();
    await locks.lock(all, 'Incident 7.');
    const refused = await gateway.create();
    expect(refused).toMatchObject({
      ...locked,
      retryAfterSeconds: 300,
      refusal: { __typename: 'ChangesLocked', retryable: true, scope: 'ALL', reason: 'Incident 7.' },
      auditEntry: { event: 'RELEASED', refusalCode: 'CHANGES_LOCKED', fence: 1 },
    });
    expect(await gateway.events(refused.auditEntry.operationId)).toEqual(['INTENT', 'RELEASED']);
    expect(gateway.simulator.control.requests()).toEqual([]);
    await locks.lift(all);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
  });

  test('only the first locked request of a process adds entries of changes to the trail', async () => {
    const gateway = await start();
    await locks.lock(all);
    for (const clientRequestToken of ['one', 'two', 'three', 'one']) {
      expect(await gateway.create({ clientRequestToken })).toMatchObject(locked);
    }
    expect(await trail(namespace)).toEqual(['INTENT', 'RELEASED']);
    expect(await trail({ kind: 'all' })).toEqual(['LOCKED', 'INTENT', 'RELEASED', 'REFUSED', 'REFUSED', 'REFUSED']);
  });

  test('a lock on others makes a process read the locks first too, until there are none', async () => {
    const order: string[] = [];
    const gateway = await start({
      getLocks: async () => {
        const read = await ledger.getLocks();
        order.push('read');
        return read;
      },
      commit: (...call) => {
        order.push('commit');
        return ledger.commit(...call);
      },
    });
    const bob: LockScope = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' };
    await locks.lock(bob);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    order.length = 0;
    expect(await gateway.create({ serviceAccount: 'one', clientRequestToken: 'one' })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(order).toEqual(['read', 'commit', 'commit']);
    await locks.lift(bob);
    await gateway.create({ serviceAccount: 'two', clientRequestToken: 'two' });
    order.length = 0;
    await gateway.create({ serviceAccount: 'three', clientRequestToken: 'three' });
    expect(order[0]).toBe('commit');
  });

  test('a claim whose locks can’t be read is closed without a call to EKS, and its token works again', async () => {
    const gateway = await start({ getLocks: down });
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(await trail(namespace)).toEqual(['INTENT', 'RELEASED']);
    expect(gateway.simulator.control.requests()).toEqual([]);
    const other = await start();
    expect(await other.create()).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
  });

  test('after a failed read, a process claims nothing before it has read the locks', async () => {
    const gateway = await start({ getLocks: down });
    for (const clientRequestToken of ['one', 'two', 'three']) {
      await expect(gateway.create({ clientRequestToken })).rejects.toThrow('LEDGER_UNAVAILABLE');
    }
    expect(await trail({ kind: 'all' })).toEqual(['INTENT', 'RELEASED']);
  });

  test('a claim that can’t be closed either is completed by the reconciler', async () => {
    let commits = 0;
    const gateway = await start({
      getLocks: down,
      commit: (...call) => ((commits += 1) === 1 ? ledger.commit(...call) : down()),
    });
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.sent()).toBe(0);
    const working = await start();
    working.clock.skip(inDoubtMs);
    expect(await reconcileNow(working)).toMatchObject({ closed: 1 });
    expect(await trail(namespace)).toEqual(['INTENT', 'TAKEN_OVER', 'RELEASED']);
  });

  test('a finished request is answered although the locks can’t be read', async () => {
    const first = await (await start()).create();
    const broken = await start({ getLocks: down });
    expect(await broken.create()).toMatchObject({ replayed: true, association: first.association });
  });

  test('an answer from the record does not wait for the locks', async () => {
    const gateway = await start();
    await gateway.create();
    const never = new Promise<never>(() => undefined);
    const waiting = await start({ getLocks: () => never });
    expect(await waiting.create()).toMatchObject({ replayed: true });
    expect((await waiting.create({ tags: [{ key: 'team', value: 'other' }] })).refusal?.code).toBe(
      'TOKEN_REUSED_WITH_DIFFERENT_INPUT',
    );
  });
});
