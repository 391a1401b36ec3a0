import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { auditTableDefinition, createTables, idempotencyTableDefinition } from '../../src/ledger/dynamodb/tables.ts';
import { auditIndexes } from '../../src/ledger/stored/tables.ts';
import { readSettings } from '../../src/app/environment.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { openLedger } from '../../packages/local-gateway/src/ledger.ts';
import { readLedgerSettings } from '../../tools/ledger/settings.ts';
import { auditEntry, openRecord, recordTime as now, trailQuery } from '../support/ledger-samples.ts';
import { dynamoDbClient } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

test('every index of the trail projects all attributes and sorts by entry id', () => {
  const { GlobalSecondaryIndexes } = auditTableDefinition('audit');
  expect(GlobalSecondaryIndexes).toEqual(
    Object.entries(auditIndexes).map(([IndexName, AttributeName]) => ({
      IndexName,
      KeySchema: [
        { AttributeName, KeyType: 'HASH' },
        { AttributeName: 'entryId', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    })),
  );
});

test('the lease index projects all attributes, the index of states what a scan compares, and those of roles only keys', () => {
  expect(idempotencyTableDefinition('idempotency').GlobalSecondaryIndexes).toEqual([
    {
      IndexName: 'byLease',
      KeySchema: [
        { AttributeName: 'openShard', KeyType: 'HASH' },
        { AttributeName: 'leaseUntil', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'byCluster',
      KeySchema: [
        { AttributeName: 'clusterKey', KeyType: 'HASH' },
        { AttributeName: 'idempotencyKey', KeyType: 'RANGE' },
      ],
      Projection: {
        ProjectionType: 'INCLUDE',
        NonKeyAttributes: [
          'v',
          'revision',
          'scannedRevision',
          'scannedAt',
          'isPresent',
          'associationId',
          'recordsInProgress',
          'version',
        ],
      },
    },
    ...Object.entries({ byRole: 'roleArn', byTargetRole: 'targetRoleArn' }).map(([IndexName, AttributeName]) => ({
      IndexName,
      KeySchema: [
        { AttributeName, KeyType: 'HASH' },
        { AttributeName: 'idempotencyKey', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  ]);
});

describeOnDynamoDb('in DynamoDB', () => {
  const client = dynamoDbClient();
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  afterAll(async () => {
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  });

  test('concurrent and later calls all leave both tables active, with expiry enabled', async () => {
    await Promise.all(Array.from({ length: 5 }, () => createTables(client, names)));
    await createTables(client, names);
    for (const TableName of Object.values(names)) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const states = [Table, ...(Table?.GlobalSecondaryIndexes ?? [])].map((part) =>
        part !== undefined && 'IndexStatus' in part ? part.IndexStatus : Table?.TableStatus,
      );
      expect(new Set(states)).toEqual(new Set(['ACTIVE']));
    }
    const expiry = await client.send(new DescribeTimeToLiveCommand({ TableName: names.idempotencyTable }));
    expect(expiry.TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
  });
});

describeOnDynamoDb('tables of another version in DynamoDB', () => {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  // As those of the local server: DynamoDB Local has tables for each region and access key.
  const region = 'eu-central-1';
  const client = dynamoDbClient({ region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const ledger = makeDynamoDbLedger({ client, ...names });
  beforeAll(async () => {
    const key = [{ AttributeName: 'key', KeyType: 'HASH' as const }];
    const AttributeDefinitions = [{ AttributeName: 'key', AttributeType: 'S' as const }];
    const settings = { BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions, KeySchema: key };
    await client.send(new CreateTableCommand({ ...settings, TableName: names.idempotencyTable }));
    await client.send(new CreateTableCommand({ ...settings, TableName: names.auditTable }));
  });
  afterAll(async () => {
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    ledger.close();
  });

  test.each([
    ['a commit', () => ledger.commit({ kind: 'free', now }, openRecord(), [auditEntry()])],
    ['an append', () => ledger.appendEntry(auditEntry())],
    ['the read of a record', () => ledger.getRecord(openRecord().idempotencyKey)],
    ['the read of the locks', () => ledger.getLocks()],
    ['a page of the trail', () => ledger.readTrail(trailQuery({ kind: 'principal', principalId: 'alice' }))],
    ['the search for expired leases', () => ledger.expiredLeases(now, 1)],
  ])('fail %s as unusable, with all differences', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      cause: {
        message: expect.stringMatching(
          /^Table idempotency-.*: its key is key S, expected idempotencyKey S; it has no index byLease; it has no index byCluster; it has no index byRole; it has no index byTargetRole\. Table audit-.*: .* byTime\. Set IDEMPOTENCY_TABLE/,
        ),
      },
    });
  });

  test('are refused when the local server starts', async () => {
    const { idempotencyTable: IDEMPOTENCY_TABLE, auditTable: AUDIT_TABLE } = names;
    const tables = { LEDGER: 'dynamodb', AWS_REGION: region, IDEMPOTENCY_TABLE, AUDIT_TABLE };
    const settings = readSettings({ ...process.env, ...tables }, readLedgerSettings);
    await expect(openLedger(settings)).rejects.toThrow(/it has no index byLease/);
  });
});
