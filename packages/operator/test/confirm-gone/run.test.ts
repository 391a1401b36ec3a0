import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { AssociationReads } from '../../../../src/ledger/association-history.ts';
import type { ClusterScan, ObservationStore } from '../../../../src/ledger/cluster-scan.ts';
import { dynamoDbUpdatedItems } from '../../../../src/ledger/dynamodb/items.ts';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { storedObservations } from '../../../../src/ledger/stored/observations.ts';
import { defaultScanSettings, scan } from '../../../../src/observations/scan.ts';
import { openForEachTest } from '../../../../test/support/each-test.ts';
import { home } from '../../../../test/support/gateway.ts';
import type { Gateway } from '../../../../test/support/gateway.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { withStsAt } from '../../../../test/support/sts-server.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { obstacleOf } from '../../src/confirm-gone/evidence.ts';
import { recordGone } from '../../src/confirm-gone/record.ts';
import { runOperator } from '../run-operator.ts';

const minute = 60_000;
const start = Date.parse('2026-11-24T12:00:00.000Z');
const cluster = { ...home, clusterName: 'apps-old' };
const id = `os:${userInfo().username}@${hostname()}`;
const missing = {
  since: start,
  latestAt: start + 5 * minute,
  isUnknownToEks: true,
  callerAccountId: home.accountId,
};
const notFound = { exception: 'ResourceNotFoundException', message: 'No cluster found for name: apps-old.' };
const held: ClusterScan = {
  cluster,
  fence: 7,
  leaseUntil: start + 6 * minute,
  startedAt: start + 5 * minute,
  endedAt: start + 6 * minute,
  completedAt: start - minute,
  firstCompletedAt: start - minute,
  incompleteSince: start,
  failure: notFound,
  listed: { associations: 50, at: start - minute },
  missing,
};
const words = ['confirm-gone', '--cluster', 'apps-old', '--account', home.accountId, '--region', home.region];
const because = ['--reason', 'Deleted, change 42'];

const entriesOf = async (ledger: Pick<Ledger, 'readTrail'>) =>
  (await ledger.readTrail({ ...noFilters, partition: { kind: 'cluster', ...cluster }, limit: 10, before: null }))
    .entries;

test.each<[string, ClusterScan | null, string | null]>([
  ['nothing, if all but another cluster agree', held, null],
  ['that it was never scanned', null, 'never scanned'],
  ['that it was never read completely', { ...held, firstCompletedAt: null }, 'completely'],
  ['that the last scan has read it', { ...held, failure: null }, 'it exists'],
  ['that reads are denied', { ...held, failure: { exception: 'AccessDeniedException', message: '' } }, 'AccessDenied'],
  [
    'that DescribeCluster did not say so',
    { ...held, missing: { ...missing, isUnknownToEks: false } },
    'DescribeCluster',
  ],
  [
    'that the credentials are of another account',
    { ...held, missing: { ...missing, callerAccountId: '999988887777' } },
    'the account 999988887777',
  ],
  ['that AWS STS did not answer', { ...held, missing: { ...missing, callerAccountId: null } }, '(not known)'],
  ['that a scan runs', { ...held, leaseUntil: start + 61 * minute }, 'A scan of it runs'],
  ['that it is recorded already', { ...held, gone: { operationId: 'cluster-1', at: start } }, 'already'],
])('what keeps an operator from confirming that a cluster is gone: %s', (_, known, obstacle) => {
  const found = obstacleOf(cluster, known, start + 60 * minute);
  expect(found).toEqual(obstacle === null ? null : expect.stringContaining(obstacle));
});

describe('pod-identity-operator confirm-gone', () => {
  let folder: string;
  let env: Record<string, string>;
  let ledger: ReturnType<typeof makeSqliteLedger>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gone-'));
    env = { LEDGER_FILE: join(folder, 'ledger.sqlite') };
    ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  });
  afterEach(() => {
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  test('shows what the scans saw and writes nothing without --confirm, and records who confirmed and why with it', async () => {
    await ledger.putClusterScan(0, held);
    const shown = await runOperator([...words, ...because], env);
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toContain('not found by any scan since 2026-11-24T12:00:00.000Z');
    expect(shown.stdout).toContain('associations in the last list: 50');
    expect(await ledger.getClusterScan(cluster)).toEqual(held);
    const confirmed = await runOperator([...words, ...because, '--confirm'], env);
    expect(confirmed).toMatchObject({ status: 0, stderr: '' });
    const [entry, ...others] = await entriesOf(ledger);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ event: 'CLUSTER_GONE', principal: { id }, reason: 'Deleted, change 42', cluster });
    const gone = { operationId: entry?.operationId, at: missing.latestAt };
    expect(await ledger.getClusterScan(cluster)).toEqual({ ...held, fence: 8, gone });
    const again = await runOperator([...words, ...because, '--confirm'], env);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('already') });
    expect(await entriesOf(ledger)).toHaveLength(1);
  });

  test('writes nothing for a cluster that no scan knows, and over what another scan wrote', async () => {
    const unknown = await runOperator([...words, ...because, '--confirm'], env);
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining('never scanned') });
    await ledger.putClusterScan(0, { ...held, fence: 8 });
    const ports = { ledger, clock: Date.now, ulid: () => '01KASA3V5T0000000000000001' };
    const operator = { id, kind: 'USER', groups: [], sessionName: null, otherGroups: null } as const;
    expect(await recordGone(ports, held, { operator, reason: 'x' })).toBe(false);
    expect(await entriesOf(ledger)).toEqual([]);
  });

  test('needs the cluster with its account and region, and a reason', async () => {
    const { status, stderr } = await runOperator(['confirm-gone', '--cluster', 'apps-old'], env);
    expect(status).toBe(2);
    for (const option of ['--account', '--region', '--reason']) expect(stderr).toContain(option);
  });
});

describeOnDynamoDb('pod-identity-operator confirm-gone on DynamoDB', () => {
  test('writes into the tables of the settings', async () => {
    const { client, names, close } = await openTables();
    const env = {
      LEDGER: 'dynamodb',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '',
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' },
      ...{ IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable },
    };
    const observations = storedObservations(dynamoDbUpdatedItems({ client, ...names }));
    await observations.putClusterScan(0, held);
    const { status } = await runOperator([...words, ...because, '--confirm'], env);
    const entries = await entriesOf(makeDynamoDbLedger({ client, ...names }));
    const scans = await observations.clusterScans();
    await close();
    expect({ status, entries }).toMatchObject({ status: 0, entries: [{ event: 'CLUSTER_GONE', principal: { id } }] });
    expect(scans).toMatchObject([{ fence: 8, gone: { operationId: entries[0]?.operationId } }]);
  });
});

describe('a confirmed cluster', () => {
  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & AssociationReads;
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
  const run = () =>
    withStsAt(gateway.simulator.url, () => {
      const ports = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
      return scan(ports, defaultScanSettings, gateway.clock.now() + 50_000);
    });
  const pass = () => gateway.clock.skip(6 * minute);

  test('that was the last one of its account and region ends with the next scan, and is found if it is made again', async () => {
    await gateway.create();
    pass();
    await run();
    for (const one of gateway.deps.directory.clusters) gateway.simulator.control.deleteCluster(one);
    for (let scans = 0; scans < 3; scans += 1) {
      pass();
      await run();
    }
    const seen = await ledger.getClusterScan(target);
    expect(seen && obstacleOf(target, seen, gateway.clock.now() + minute)).toBeNull();
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: 'OPERATION' } });
    const operator = { id, kind: 'USER', groups: [], sessionName: null, otherGroups: null } as const;
    const { ulid } = gateway.deps;
    const confirmation = { operator, reason: 'Deleted, change 42' };
    expect(seen && (await recordGone({ ledger, clock: gateway.clock.now, ulid }, seen, confirmation))).toBe(true);
    pass();
    await run();
    const [version] = await ledger.readVersions(target, { before: '~' }, 1);
    const after = await ledger.getClusterScan(target);
    expect(version).toMatchObject({ association: null, operationId: after?.gone?.operationId });
    gateway.simulator.control.addCluster({ ...home, clusterName: 'apps-dev' });
    pass();
    await run();
    expect((await ledger.getClusterScan(target))?.gone).toBeUndefined();
  });
});
