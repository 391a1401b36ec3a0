import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { makeCheckpointHandler } from '../src/app/checkpoint-handler.ts';
import { makeDeliverHandler } from '../src/app/deliver-handler.ts';
import { makeExpireHandler } from '../src/app/expire-handler.ts';
import { makeReconcileHandler } from '../src/app/reconcile-handler.ts';
import { makeScanHandler } from '../src/app/scan-handler.ts';
import { dynamoDbItems, dynamoDbSingleItems } from '../src/ledger/dynamodb/items.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { storedApprovals } from '../src/ledger/stored/approvals.ts';
import { storedCheckpoints } from '../src/ledger/stored/checkpoints.ts';
import { storedObservations } from '../src/ledger/stored/observations.ts';
import { scanItem } from '../src/ledger/stored/scan.ts';
import { defaultScanSettings } from '../src/observations/scan.ts';
import { defaultExpireSettings } from '../src/operations/expiry/run.ts';
import { openLog } from '../test/support/checkpoint-log.ts';
import { home, openGateway, roleArn } from '../test/support/gateway.ts';
import { eachKind, itemBytes, localClient, meteredClient } from './capacity.ts';
import type { Consumption } from './capacity.ts';
import { makeLineMeter } from './line-meter.ts';

/** The functions that run on a schedule. */
export const scheduled = ['reconcile', 'scan', 'expire', 'deliver', 'checkpoint'] as const;
type Scheduled = (typeof scheduled)[number];

/** What one run consumes that finds nothing, and the bytes of its lines in the log. */
interface IdleRun extends Consumption {
  readonly logBytes: number;
}

/** What an idle deployment consumes. */
export interface IdleUnits {
  readonly runs: Readonly<Record<Scheduled, IdleRun>>;
  /** A scan in which nothing changed: of a cluster, and of an account and region in whose turn it is. */
  readonly quietScan: Consumption;
  readonly account: Consumption;
  /** What each association adds to a scan. */
  readonly association: Consumption;
  /** What a read of each association again adds, once per maximum age. */
  readonly again: Consumption;
  /** Bytes of the progress of a cluster, which each run of the scan reads. */
  readonly progressBytes: number;
  /** Metrics of which runs that find nothing write values. */
  readonly metrics: readonly string[];
}

/** Clusters of the shipped inventory, in one account. */
const clusters = ['apps-dev', 'apps-prod'];
const [one = '', two = ''] = clusters;
const associations = 40;
/** As many reads cost the same at any rate: these need not wait. */
const scanSettings = { ...defaultScanSettings, readsPerSecond: 1_000 };

const less = (one: Consumption, other: Consumption) => eachKind((kind) => one[kind] - other[kind]);
const share = (one: Consumption, count: number) => eachKind((kind) => one[kind] / count);

/**
 * Counts what an idle deployment consumes: runs of the functions against new tables of a DynamoDB
 * Local and a simulated EKS with two clusters.
 */
export async function measureIdleUnits(endpoint: string): Promise<IdleUnits> {
  const bench = await openIdle(endpoint);
  const { gateway, run, later, observations } = bench;
  for (const clusterName of clusters)
    for (let index = 0; index < associations; index += 1)
      gateway.simulator.control.createAssociation({
        clusterName,
        namespace: 'payments',
        serviceAccount: `api-${index}`,
        roleArn: roleArn('payments/payments-api'),
      });
  // The first runs read the associations; those of the checkpoints take the entries of one create into the log.
  await gateway.create({ serviceAccount: 'created' });
  for (let turn = 0; turn < 3; turn += 1) {
    later();
    for (const name of scheduled) await run(name, clusters);
  }
  bench.meter.clear();
  const runs = {} as Record<Scheduled, IdleRun>;
  for (const name of scheduled) runs[name] = await run(name, []);
  later();
  const ofOne = less(await run('scan', [one]), runs.scan);
  later();
  const ofTwo = less(await run('scan', clusters), runs.scan);
  const quietScan = less(ofTwo, ofOne);
  gateway.clock.skip(defaultScanSettings.maxAgeMs);
  const again = less(less(await run('scan', [one]), runs.scan), ofOne);
  const [progress] = await observations.clusterScans();
  if (!progress) throw new Error('No cluster was scanned.');
  const states = await bench.count(() => observations.statesOfCluster({ ...home, clusterName: two }));
  const result = {
    runs,
    quietScan: less(quietScan, states),
    account: less(ofOne, quietScan),
    association: share(states, associations),
    again: share(again, associations + 1),
    progressBytes: itemBytes(marshall(scanItem(progress), { removeUndefinedValues: true })),
    metrics: bench.meter.metrics(),
  };
  await bench.close();
  return result;
}

/** A gateway on metered tables, and runs of its scheduled functions. */
async function openIdle(endpoint: string) {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const local = localClient(endpoint);
  await createTables(local, names);
  local.destroy();
  const nothing = eachKind(() => 0);
  let spent = nothing;
  const client = await meteredClient(endpoint, (more) => {
    const before = spent;
    spent = eachKind((kind) => before[kind] + (more[kind] ?? 0));
  });
  const settings = { client, ...names };
  const ledger = makeDynamoDbLedger(settings);
  const observations = storedObservations(dynamoDbItems(settings));
  const approvals = storedApprovals(dynamoDbItems(settings));
  const log = openLog(storedCheckpoints(dynamoDbSingleItems(settings)));
  const gateway = await openGateway({ ledger });
  const meter = makeLineMeter();
  const { directory } = gateway.deps;
  const current = (served: readonly string[]) => () => {
    const known = directory.clusters.filter(({ clusterName }) => served.includes(clusterName));
    return Promise.resolve({ ...gateway.deps, log: meter.log, directory: { ...directory, clusters: known } });
  };
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 };
  const { deps } = log;
  const deliver = makeDeliverHandler({
    ledger,
    log: meter.log,
    clock: gateway.clock.now,
    target: null,
    denialShare: 1,
    findDisabled: () => Promise.resolve([]),
  });
  const checkpoint = makeCheckpointHandler({ ...deps, sendersUntil: () => deps, clock: gateway.clock.now }, meter.log);
  const runs: Readonly<Record<Scheduled, (served: readonly string[]) => Promise<unknown>>> = {
    reconcile: (served) => makeReconcileHandler(current(served), observations)({}, context),
    scan: (served) => makeScanHandler(current(served), observations, scanSettings)({}, context),
    expire: (served) =>
      makeExpireHandler(current(served), { observations, approvals }, defaultExpireSettings)({}, context),
    deliver: () => deliver({}, context),
    checkpoint: () => checkpoint({}, context),
  };
  const count = async (work: () => Promise<unknown>): Promise<IdleRun> => {
    spent = nothing;
    meter.taken();
    await work();
    return { ...spent, logBytes: meter.taken() };
  };
  return {
    gateway,
    observations,
    meter,
    count,
    run: (name: Scheduled, served: readonly string[]) => count(() => runs[name](served)),
    later: () => gateway.clock.skip(defaultScanSettings.intervalMs * 3),
    close: async () => {
      await gateway.close();
      log.close();
      ledger.close();
    },
  };
}
