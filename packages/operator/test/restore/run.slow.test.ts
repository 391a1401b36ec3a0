// No quick test.
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { runOperator } from '../run-operator.ts';
import { openSimulator, openGateway } from '../../../../test/support/gateway.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { startPointInTimeRecovery } from './point-in-time-recovery.ts';

const second = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
const to = new Date(second).toISOString();
const suffix = `-restored-${to.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function run(args: readonly string[], env: Record<string, string> = {}) {
  return runOperator(['restore', ...args], env);
}

const trailOf = async (ledger: Ledger) =>
  (await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 100, before: null })).entries;

/** Tables with one create before the restore point and one after it. */
async function openCase() {
  const tables = await openTables();
  const { client, names } = tables;
  const ledger = makeDynamoDbLedger({ client, ...names });
  const dynamoDb = await startPointInTimeRecovery(dynamoDbEndpoint ?? '', client);
  const simulator = await openSimulator();
  const gateway = await openGateway({ ledger, simulator });
  const window = { earliest: second - 60_000, latest: second + 1_000 };
  await gateway.create({ serviceAccount: 'before', clientRequestToken: 'before' });
  for (const name of Object.values(names)) await dynamoDb.remember(name, window);
  await gateway.create({ serviceAccount: 'after', clientRequestToken: 'after' });
  const restored = {
    idempotencyTable: `${names.idempotencyTable}${suffix}`,
    auditTable: `${names.auditTable}${suffix}`,
  };
  return {
    ...{ client, names, ledger, dynamoDb, restored },
    restoredLedger: makeDynamoDbLedger({ client, ...restored }),
    env: {
      ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable },
    },
    async close() {
      for (const TableName of Object.values(restored)) {
        await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false })).catch(() => null);
        await client.send(new DeleteTableCommand({ TableName })).catch(() => null);
      }
      await Promise.all([gateway.close(), simulator.close(), dynamoDb.stop()]);
      await tables.close();
    },
  };
}

describeOnDynamoDb('pod-identity-operator restore', () => {
  let one: Awaited<ReturnType<typeof openCase>>;
  beforeEach(async () => {
    one = await openCase();
  });
  afterEach(() => one.close());

  const options = ['--to', to, '--reason', 'Incident 7.'];

  test('restores both tables to the same second, and copies the entries after it', async () => {
    const { status, stdout, stderr } = await run(options, one.env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(
      `IDEMPOTENCY_TABLE=${one.restored.idempotencyTable} AUDIT_TABLE=${one.restored.auditTable}`,
    );
    const restores = one.dynamoDb.requests.filter(({ operation }) => operation === 'RestoreTableToPointInTime');
    expect(restores.map(({ body }) => body.RestoreDateTime)).toEqual([second / 1_000, second / 1_000]);
    // Of the restored tables, only the lock is new.
    const [lock, ...others] = await trailOf(one.restoredLedger);
    expect(lock).toMatchObject({ event: 'LOCKED', reason: 'Incident 7.' });
    expect(others).toEqual(await trailOf(one.ledger));
  });

  test('locks all changes in the tables in use and in the new ones', async () => {
    await run(options, one.env);
    const lock = { scope: { kind: 'ALL' }, reason: 'Incident 7.' };
    expect((await one.ledger.getLocks()).locks).toMatchObject([lock]);
    expect((await one.restoredLedger.getLocks()).locks).toMatchObject([lock]);
  });

  test('gives the new tables the settings of those in use', async () => {
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const { auditTable, idempotencyTable } = one.names;
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
    await one.client.send(
      new UpdateTableCommand({ TableName: auditTable, DeletionProtectionEnabled: true, StreamSpecification }),
    );
    await one.dynamoDb.setPolicy(auditTable, policy);
    const { stdout } = await run(options, one.env);
    await one.client.send(new UpdateTableCommand({ TableName: auditTable, DeletionProtectionEnabled: false }));

    const restored = await one.client.send(new DescribeTableCommand({ TableName: one.restored.auditTable }));
    const expiry = await one.client.send(new DescribeTimeToLiveCommand({ TableName: one.restored.idempotencyTable }));
    expect(restored.Table).toMatchObject({ DeletionProtectionEnabled: true, StreamSpecification });
    expect(stdout).toContain(`AUDIT_STREAM_ARN=${restored.Table?.LatestStreamArn}\n`);
    expect(expiry.TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl' });
    expect(await one.dynamoDb.policyOf(one.restored.auditTable)).toBe(policy);
    expect(await one.dynamoDb.policyOf(one.restored.idempotencyTable)).toBeUndefined();
    expect(one.dynamoDb.recovery.get(one.restored.idempotencyTable)).toBe(true);
    expect(idempotencyTable).not.toBe(one.restored.idempotencyTable);
  });

  test('leaves out the entries after the restore point with --skip-later-entries', async () => {
    expect((await run([...options, '--skip-later-entries'], one.env)).status).toBe(0);
    const entries = await trailOf(one.restoredLedger);
    expect(entries.map(({ event }) => event)).toEqual(['LOCKED', 'SUCCEEDED', 'INTENT']);
  });

  test('continues where it was interrupted', async () => {
    one.dynamoDb.refuseRestores(true);
    const first = await run(options, one.env);
    expect(first).toMatchObject({ status: 1, stderr: expect.stringContaining('LimitExceededException') as string });
    one.dynamoDb.refuseRestores(false);
    expect((await run(options, one.env)).status).toBe(0);
    expect(await trailOf(one.restoredLedger)).toHaveLength((await trailOf(one.ledger)).length + 1);
    expect((await one.ledger.getLocks()).locks).toHaveLength(1);
  });

  test('prints the plan of a dry run, and changes nothing', async () => {
    const { status, stdout } = await run([...options, '--dry-run'], one.env);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout:
        'Both tables can be restored. The new ones would be ' +
        `IDEMPOTENCY_TABLE=${one.restored.idempotencyTable} AUDIT_TABLE=${one.restored.auditTable}.\n`,
    });
    const operations = one.dynamoDb.requests.map(({ operation }) => operation);
    expect(operations).toEqual(['DescribeContinuousBackups', 'DescribeContinuousBackups']);
  });

  test('rejects a time that the backups do not have, and names those that they have', async () => {
    const { status, stderr } = await run(['--to', '2020-01-01T00:00:00Z', '--reason', 'Incident 7.'], one.env);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`from ${new Date(second - 60_000).toISOString()}`) as string,
    });
    expect((await one.ledger.getLocks()).locks).toEqual([]);
  });
});

const reason = ['--reason', 'Incident 7.'];

test.each([
  [
    'no restore point',
    [],
    '--to TIME is missing: the restore point, an RFC 3339 timestamp of the last 35 days: 2026-11-24T10:00:00Z.',
  ],
  [
    'no reason',
    ['--to', to],
    '--reason TEXT is missing: for the audit trail, and for the clients whose changes are refused.',
  ],
  [
    'a time that is not a timestamp',
    ['--to', 'yesterday', ...reason],
    '--to is "yesterday": give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.',
  ],
  [
    'a time in the future',
    ['--to', '2099-01-01T00:00:00Z', ...reason],
    '--to is "2099-01-01T00:00:00Z": give a time in the past.',
  ],
  [
    'no tables',
    ['--to', to, ...reason],
    'Environment variables are not set: IDEMPOTENCY_TABLE, AUDIT_TABLE, AWS_REGION. serverless.yml shows what they should hold.',
  ],
])('pod-identity-operator restore rejects %s', async (_, args, problem) => {
  expect(await run(args)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(`${problem}\n`) });
});
