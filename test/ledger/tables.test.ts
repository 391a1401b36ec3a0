import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import {
  auditIndexes,
  auditTableDefinition,
  createTables,
  idempotencyTableDefinition,
} from '../../src/ledger/tables.ts';
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

test('the lease index projects all attributes and sorts by the end of the lease', () => {
  expect(idempotencyTableDefinition('idempotency').GlobalSecondaryIndexes).toEqual([
    {
      IndexName: 'byLease',
      KeySchema: [
        { AttributeName: 'openShard', KeyType: 'HASH' },
        { AttributeName: 'leaseUntil', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
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
