import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LockScope } from '../../src/model/lock.ts';
import { lockMemoryMs, readLocks } from '../../src/operations/terms/locks.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations, operator } from '../support/locks.ts';
import { makeClock } from '../support/test-clock.ts';

const document = '{ locks { scope accountId region clusterName principalId stopsReads lockedBy lockedAt reason } }';

describeOnLedger('locks on $name', ({ open }) => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  const read = (as: string) => gateway.send<{ locks: readonly object[] | null }>(document, {}, as);

  test('the locks in force are returned with what they stop, who set them, when and why', async () => {
    expect((await read('olivia')).data?.locks).toEqual([]);
    const { lock, lift } = lockOperations(gateway.deps.ledger);
    const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
    await lock({ kind: 'ALL' });
    await lock({ kind: 'CLUSTER', ...cluster }, 'Upgrade of the cluster');
    await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' }, 'Stolen token', { stopsReads: true });
    await lift({ kind: 'ALL' });
    const isDateTime: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
    const by = { lockedBy: operator.id, lockedAt: isDateTime };
    const nowhere = { accountId: null, region: null, clusterName: null };
    expect((await read('olivia')).data?.locks).toEqual([
      { scope: 'CLUSTER', ...cluster, principalId: null, stopsReads: false, ...by, reason: 'Upgrade of the cluster' },
      {
        ...{ scope: 'PRINCIPAL', ...nowhere, principalId: 'https://issuer.example#bob' },
        ...{ stopsReads: true, ...by, reason: 'Stolen token' },
      },
    ]);
  });

  test('locks are only for principals that may read the whole audit trail: their reasons can name people', async () => {
    await lockOperations(gateway.deps.ledger).lock({ kind: 'ALL' }, 'Incident');
    const { data, errors } = await read('alice');
    expect(data).toEqual({ locks: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('reads under a lock', () => {
  const principal = (name: string): LockScope => ({ kind: 'PRINCIPAL', principalId: `https://issuer.example#${name}` });
  const list =
    '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { associationId } } }';
  const listed = { status: 200, data: { podIdentityAssociations: { nodes: [] } } };
  const locked = { status: 403, errors: [{ extensions: { code: 'READS_LOCKED', retryable: false } }] };

  let stored: Ledger;
  let lockReads = 0;
  let isDown = false;
  let gateway: Gateway;
  let locks: ReturnType<typeof lockOperations>;

  beforeEach(async () => {
    stored = makeSqliteLedger({ file: ':memory:' });
    [lockReads, isDown] = [0, false];
    const ledger: Ledger = {
      ...stored,
      getLocks: () => {
        lockReads += 1;
        return isDown ? Promise.reject(new LedgerUnavailable(new Error('down'))) : stored.getLocks();
      },
    };
    // A busy machine may take longer between two reads than the locks are remembered.
    gateway = await openGateway({ ledger, clock: makeClock({ isStopped: true }) });
    locks = lockOperations(stored);
  });
  afterEach(async () => {
    await gateway.close();
    stored.close();
  });

  const lockReadsOf = (name: string) => locks.lock(principal(name), 'Leaked token, incident 7.', { stopsReads: true });

  describe('a lock that stops reads', () => {
    test.each([
      ['a list', list],
      ['a description', '{ podIdentityAssociation(clusterName: "apps-dev", associationId: "a-1") { roleArn } }'],
      ['the trail', '{ auditTrail(scope: { cluster: { clusterName: "apps-dev" } }) { nodes { id } } }'],
      ['the associations of all clusters', '{ associations { nodes { roleArn } } }'],
      ['drift', '{ associationDrift(clusterName: "apps-dev") { nodes { kind } } }'],
      ['drift that scans saw', '{ associationDrift(clusterName: "apps-dev", source: SCAN) { nodes { kind } } }'],
      ['open operations', '{ openOperations { operationId } }'],
      ['an operation', '{ operation(id: "01KAV5D2F8Q4T7W0Y3Z6B9E1HJ") { id } }'],
      ['what the gateway serves', '{ clusters { nodes { clusterName } } viewer { id } gateway { version } }'],
      ['the schema', '{ __schema { queryType { name } } }'],
    ])('answers %s with READS_LOCKED, and reads nothing', async (_, document) => {
      await lockReadsOf('alice');
      expect(await gateway.send(document)).toMatchObject(locked);
      expect(gateway.simulator.control.requests()).toEqual([]);
    });

    test('a lock of all that stops reads answers every principal with READS_LOCKED', async () => {
      await locks.lock({ kind: 'ALL' }, null, { stopsReads: true });
      for (const as of ['alice', 'pat']) expect(await gateway.send(list, {}, as)).toMatchObject(locked);
    });

    test('a lock of a cluster that stops reads stops those at EKS in the cluster, and no others', async () => {
      const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
      await locks.lock({ kind: 'CLUSTER', ...cluster }, null, { stopsReads: true });
      const error = { errors: [{ extensions: { code: 'READS_LOCKED' } }] };
      expect(await gateway.send(list)).toMatchObject(error);
      const described =
        '{ podIdentityAssociation(clusterName: "apps-dev", associationId: "a-0123456789abcdefg") { roleArn } }';
      expect(await gateway.send(described)).toMatchObject(error);
      const changed = 'clusterName: "apps-dev", associationId: "a-0123456789abcdefg", disableSessionTags: true';
      const checked = `{ checkUpdatePodIdentityAssociation(input: { ${changed} }) { existing { roleArn } } }`;
      expect(await gateway.send(checked)).toMatchObject(error);
      expect(gateway.simulator.control.requests()).toEqual([]);
      expect(await gateway.send(list.replace('apps-dev', 'apps-prod'))).toEqual(listed);
      expect(await gateway.send('{ associations { nodes { roleArn } } }')).toMatchObject({ status: 200 });
      await locks.lift({ kind: 'CLUSTER', ...cluster });
    });

    test('a lock that stops reads is not explained to the caller, who may have stolen the token', async () => {
      await lockReadsOf('alice');
      expect(JSON.stringify(await gateway.send(list))).not.toMatch(/incident|operator\/pat/);
    });

    test('stops reads through the principal as an actor, and of no other principal', async () => {
      await lockReadsOf('chatops');
      expect(await gateway.send(list, {}, 'alice-via-chatops')).toMatchObject(locked);
      expect(await gateway.send(list)).toEqual(listed);
    });

    test('stops changes too, also where a lock on changes was set before', async () => {
      await locks.lock(principal('alice'));
      expect(await gateway.send(list)).toEqual(listed);
      expect(await lockReadsOf('alice')).toMatchObject({ kind: 'changed', locks: [{ stopsReads: true }] });
      expect(await gateway.create()).toMatchObject({ status: 'REFUSED', refusal: { code: 'CHANGES_LOCKED' } });
      expect(await gateway.send(list)).toMatchObject(locked);
    });

    test('stays when a lock on changes is set after it', async () => {
      await lockReadsOf('alice');
      expect(await locks.lock(principal('alice'))).toMatchObject({ kind: 'unchanged', locks: [{ stopsReads: true }] });
    });

    test('stops the fields of a payload that read, whatever the mutation is answered', async () => {
      const { association } = await gateway.create();
      await lockReadsOf('alice');
      const document = `mutation { update: updatePodIdentityAssociation(input: {
      clusterName: "apps-dev", associationId: "${association?.associationId}", roleArn: "${roleArn('payments/payments-worker')}" }) {
      status auditEntry { event before { roleArn } association { roleArn } operation { id } } } }`;
      const { data, errors } = await gateway.send<{ update: object }>(document);
      expect(data?.update).toMatchObject({
        status: 'REFUSED',
        auditEntry: { event: 'RELEASED', before: null, association: null, operation: null },
      });
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['READS_LOCKED']));
      expect(errors).toHaveLength(3);
    });
  });

  describe('the locks that reads rely on', () => {
    test('the locks that reads rely on are read once in ten seconds', async () => {
      for (let read = 0; read < 5; read += 1) expect(await gateway.send(list)).toEqual(listed);
      expect(lockReads).toBe(1);
      gateway.clock.skip(lockMemoryMs);
      await gateway.send(list);
      expect(lockReads).toBe(2);
    });

    test('stop reads within ten seconds after a lock is set, and let them pass within ten seconds after it is lifted', async () => {
      await gateway.send(list);
      await lockReadsOf('alice');
      gateway.clock.skip(lockMemoryMs);
      expect(await gateway.send(list)).toMatchObject(locked);
      await locks.lift(principal('alice'));
      gateway.clock.skip(lockMemoryMs);
      expect(await gateway.send(list)).toEqual(listed);
    });

    test('the locks that reads rely on are those that a change has read', async () => {
      await gateway.send(list);
      await lockReadsOf('alice');
      await gateway.create();
      expect(await gateway.send(list)).toMatchObject(locked);
      expect(lockReads).toBe(2);
    });

    test('the locks that reads rely on are read again after ten seconds: without them, no read is answered', async () => {
      await readLocks(gateway.deps);
      isDown = true;
      expect(await gateway.send(list)).toEqual(listed);
      gateway.clock.skip(lockMemoryMs);
      expect(await gateway.send(list)).toMatchObject({ errors: [{ extensions: { code: 'LEDGER_UNAVAILABLE' } }] });
    });
  });
});
