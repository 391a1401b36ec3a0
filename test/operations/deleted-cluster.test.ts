import { startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

/** Longer than an operation can stay in doubt, with the times of production. Milliseconds. */
const inDoubtMs = 8 * 60_000;

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: input.clusterName };

const none = { closed: 0, open: 0, superseded: 0, failed: 0, parked: 0, waiting: 0, oldestOpenSeconds: 0 };

let ledger: Ledger;
let simulator: EksSimulator;
let gateway: Gateway;
/** Longer than reads can lag: then an association that is not visible is gone. Milliseconds. */
const readLagMs = defaultTimes.listLagMs + defaultTimes.clockErrorMs + 1_000;

/** How far the clock of the gateway and of EKS is ahead. */
let skewMs: number;

beforeEach(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  skewMs = 0;
  const clock = () => Date.now() + skewMs;
  simulator = await startEksSimulator({ clock });
  gateway = await openGateway({ ledger, simulator, times: defaultTimes, change: (deps) => ({ ...deps, clock }) });
});

afterEach(async () => {
  await gateway.close();
  await simulator.close();
  ledger.close();
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
      expect(await run()).toEqual({ ...none, open: 1 });
      skewMs = inDoubtMs;
      expect(await run()).toEqual({ ...none, closed: 1 });
      expect(await outcomesOf(auditEntry.operationId)).toEqual([
        ['INTENT', null],
        ['RELEASED', null],
      ]);
      expect(await run()).toEqual(none);
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
    expect(await run()).toEqual({ ...none, closed: 1 });
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
    expect(await run()).toEqual({ ...none, closed: 1 });
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
