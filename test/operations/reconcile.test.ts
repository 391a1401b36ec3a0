import { startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { claim } from '../../src/idempotency/claim.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openRecord } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, later, leaseOf } from '../support/mutations.ts';

const nothing = { closed: 0, open: 0, superseded: 0, failed: 0, parked: 0, waiting: 0, oldestOpenSeconds: 0 };

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const request = claimOf(admittedCreate(60_000_000));
const claimed = async () => leaseOf(await claim(dependenciesOn(ledger), request)).record;

describe('the reconciler', () => {
  test('leaves operations for which it has no time to the next run', async () => {
    const record = await claimed();
    const deps = later(ledger, 1);
    expect(await reconcile(deps, 'run', deps.clock() + 9_000)).toMatchObject({ closed: 0, waiting: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('parks an operation without an INTENT', async () => {
    const record = openRecord();
    await ledger.commit({ kind: 'free', now: 0 }, record, []);
    const deps = dependenciesOn(ledger, { clock: () => record.leaseUntil });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, parked: 1 });
    const parked = { fence: record.fence, deferral: { parked: 'INTENT_UNREADABLE' } };
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject(parked);
  });

  test('does not take over an operation on a cluster that is no longer served', async () => {
    const record = await claimed();
    expect(await reconcile(later(ledger, 1, { serves: () => false }), 'run', Infinity)).toEqual({
      ...nothing,
      parked: 1,
    });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({ fence: 1, state: 'IN_PROGRESS' });
  });

  test('counts an operation that throws an error as failed, and waits before it examines it again', async () => {
    const record = await claimed();
    const eksFor = () => {
      throw new Error('A bug.');
    };
    const deps = dependenciesOn(ledger, { eksFor, clock: () => request.startedAt + 36_000 });
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 1, oldestOpenSeconds: 36 });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({ fence: 1, deferral: { attempts: 1 } });
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 0, waiting: 1 });
  });

  test('counts an operation as failed while the ledger can’t be read, and writes nothing', async () => {
    const record = await claimed();
    const unavailable = () => Promise.reject(new LedgerUnavailable(new Error('down')));
    const deps = later({ ...ledger, operationEntries: unavailable }, 1);
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('closes an operation that a run took over and did not complete, because it was killed', async () => {
    const record = await claimed();
    const killed: Ledger = {
      ...ledger,
      commit: (expected, next, entries) =>
        expected.kind === 'leased'
          ? Promise.reject(new LedgerUnavailable(new Error('killed')))
          : ledger.commit(expected, next, entries),
    };
    const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
    expect(await reconcile(later(killed, 20, { eksFor }), 'run', Infinity)).toMatchObject({ closed: 0, open: 1 });
    expect(await reconcile(later(ledger, 20, { eksFor }), 'run', Infinity)).toEqual(nothing);
    expect(await reconcile(later(ledger, 22, { eksFor }), 'run', Infinity)).toEqual({ ...nothing, closed: 1 });
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER', 'TAKEN_OVER', 'RELEASED']);
  });

  test('logs each operation that it closes, with its result', async () => {
    const { operationId } = await claimed();
    const logged: unknown[] = [];
    const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
    await reconcile(later(ledger, 20, { eksFor, log: (...line) => logged.push(line) }), 'run', Infinity);
    const fields = { operationId, event: 'RELEASED', refusalCode: null, detail: expect.any(String) };
    expect(logged).toEqual([['info', 'Operation completed.', expect.objectContaining(fields)]]);
  });

  test('writes nothing about an operation that was taken over since it was found', async () => {
    const stale = await claimed();
    const { record } = leaseOf(await claim(later(ledger, 1), request));
    const outdated = { ...ledger, expiredLeases: () => Promise.resolve([stale]) };
    const list = () => Promise.resolve({ kind: 'listed', associationIds: [] } as const);
    const deps = later(outdated, 1, { eksFor: () => eksWith({ list }) });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, superseded: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER']);
  });
});

describe('a deleted cluster', () => {
  /** Longer than an operation can stay in doubt, with the times of production. Milliseconds. */
  const inDoubtMs = 8 * 60_000;

  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: input.clusterName };

  let simulator: EksSimulator;
  let gateway: Gateway;
  /** Longer than reads can lag: then an association that is not visible is gone. Milliseconds. */
  const readLagMs = defaultTimes.listLagMs + defaultTimes.clockErrorMs + 1_000;

  /** How far the clock of the gateway and of EKS is ahead. */
  let skewMs: number;

  beforeEach(async () => {
    skewMs = 0;
    // A millisecond passes with each look at it, however slow the machine is.
    let now = Date.now();
    const clock = () => (now += 1) + skewMs;
    simulator = await startEksSimulator({ clock });
    gateway = await openGateway({ ledger, simulator, times: defaultTimes, change: (deps) => ({ ...deps, clock }) });
  });

  afterEach(async () => {
    await gateway.close();
    await simulator.close();
  });

  const run = () => reconcile({ ...gateway.deps, observations: gateway.observations }, 'run', Infinity);

  /** The entries of an operation without those of lease holders that learned nothing. */
  async function outcomesOf(operationId: string) {
    const entries = await ledger.operationEntries(operationId);
    return entries.flatMap(({ event, refusalCode }) =>
      event === 'UNKNOWN' || event === 'TAKEN_OVER' ? [] : [[event, refusalCode]],
    );
  }

  describe('an operation in doubt whose cluster is deleted', () => {
    test.each(['cut-before', 'cut-after'] as const)(
      'an operation in doubt whose cluster is deleted is released by the reconciler if it is a create (%s), once it can no longer take effect',
      async (kind) => {
        simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });
        const { status, auditEntry } = await gateway.create();
        expect(status).toBe('IN_PROGRESS');
        simulator.control.deleteCluster(cluster);
        expect(await run()).toEqual({ ...nothing, open: 1 });
        skewMs = inDoubtMs;
        expect(await run()).toEqual({ ...nothing, closed: 1 });
        expect(await outcomesOf(auditEntry.operationId)).toEqual([
          ['INTENT', null],
          ['RELEASED', null],
        ]);
        expect(await run()).toEqual(nothing);
      },
    );

    test('an operation in doubt whose cluster is deleted is released by a repeated create, which EKS then refuses', async () => {
      simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
      const { auditEntry } = await gateway.create();
      simulator.control.deleteCluster(cluster);
      expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
      skewMs = inDoubtMs;
      expect(await gateway.create()).toMatchObject({ status: 'REFUSED', refusal: { code: 'CLUSTER_NOT_FOUND' } });
      expect(await outcomesOf(auditEntry.operationId)).toEqual([
        ['INTENT', null],
        ['RELEASED', null],
      ]);
    });

    test('an operation in doubt whose cluster is deleted is undetermined if it is an update', async () => {
      const { association } = await gateway.create();
      skewMs = readLagMs;
      simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      const { associationId } = association ?? {};
      const { status, auditEntry } = await gateway.update({
        associationId,
        roleArn: roleArn('payments/payments-worker'),
      });
      expect(status).toBe('IN_PROGRESS');
      simulator.control.deleteCluster(cluster);
      expect(await run()).toEqual({ ...nothing, closed: 1 });
      expect(await outcomesOf(auditEntry.operationId)).toEqual([
        ['INTENT', null],
        ['REFUSED', 'OUTCOME_UNDETERMINED'],
      ]);
    });

    test('an operation in doubt whose cluster is deleted is done if it is a delete', async () => {
      const { association } = await gateway.create();
      skewMs = readLagMs;
      simulator.control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'cut-before' });
      const { status, auditEntry } = await gateway.remove({ associationId: association?.associationId });
      expect(status).toBe('IN_PROGRESS');
      simulator.control.deleteCluster(cluster);
      expect(await run()).toEqual({ ...nothing, closed: 1 });
      expect(await outcomesOf(auditEntry.operationId)).toEqual([
        ['INTENT', null],
        ['SUCCEEDED', null],
      ]);
    });
  });

  test('a dry run of a create for a deleted cluster foresees CLUSTER_NOT_FOUND', async () => {
    simulator.control.deleteCluster(cluster);
    const { clientRequestToken: _, ...create } = input;
    const document = `query ($input: CreatePodIdentityAssociationInput!) {
    checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted refusal { code } }
  }`;
    expect(await gateway.send(document, { input: create })).toMatchObject({
      data: {
        checkCreatePodIdentityAssociation: { wouldBeAttempted: false, refusal: { code: 'CLUSTER_NOT_FOUND' } },
      },
    });
  });
});
