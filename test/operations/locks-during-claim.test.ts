import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { AuditPartition, Ledger, Locks } from '../../src/ledger/ledger.ts';
import type { LockScope } from '../../src/model/lock.ts';
import { inDoubtMs, reconcileNow } from '../support/changes.ts';
import { home, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const all: LockScope = { kind: 'ALL' };
const namespace = { kind: 'namespace', ...home, clusterName: 'apps-dev', namespace: 'payments' } as const;
const locked = { status: 'REFUSED', refusal: { code: 'CHANGES_LOCKED' } };
const down = () => Promise.reject(new LedgerUnavailable(new Error('down')));

describe.each(ledgersUnderTest().filter(({ available }) => available))(
  'locks that are read during a claim on $name',
  ({ open }) => {
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

    test('a lock that is found after the claim closes the operation, and its token works once the lock is lifted', async () => {
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
  },
);
