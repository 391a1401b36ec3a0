import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput, DynamoDBClient, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';

/** Names of the two tables of a ledger. */
export interface TableNames {
  readonly idempotencyTable: string;
  readonly auditTable: string;
}

/** The attribute of token records by which DynamoDB deletes them, some time after they expired. */
export const ttlAttribute = 'ttl';

/** Index of the tokens table: records IN_PROGRESS, by shard and lease. Others lack the key and are not in it. */
export const leaseIndex = 'byLease';

/**
 * Every way into the trail, and the attribute that leads there; sorted by entry id, which is by time. All of them exist
 * from the start: an insert-only trail can't be given a new attribute later, and CloudFormation adds one index an update.
 */
export const auditIndexes = {
  byCluster: 'clusterKey',
  byNamespace: 'namespaceKey',
  byServiceAccount: 'serviceAccountKey',
  byPrincipal: 'principalId',
  byAssociation: 'associationArn',
  byDay: 'day',
} as const;

/** The table of token records. */
export function idempotencyTableDefinition(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'idempotencyKey', AttributeType: 'S' },
      { AttributeName: 'openShard', AttributeType: 'S' },
      { AttributeName: 'leaseUntil', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'idempotencyKey', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [index(leaseIndex, 'openShard', 'leaseUntil')],
  };
}

/** The table of the trail. */
export function auditTableDefinition(TableName: string): CreateTableCommandInput {
  const indexKeys = Object.values(auditIndexes);
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['operationId', 'entryId', ...indexKeys].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: 'operationId', KeyType: 'HASH' },
      { AttributeName: 'entryId', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: Object.entries(auditIndexes).map(([name, key]) => index(name, key, 'entryId')),
  };
}

function index(IndexName: string, hash: string, range: string): GlobalSecondaryIndex {
  return {
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: range, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'ALL' },
  };
}

/**
 * Makes the tables that don't exist yet and waits until both can be used, a minute at most. Several callers may do so at
 * the same time.
 */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all([
    createTable(client, idempotencyTableDefinition(names.idempotencyTable)),
    createTable(client, auditTableDefinition(names.auditTable)),
  ]);
  await expireRecords(client, names.idempotencyTable);
}

async function createTable(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error; // It exists, or another caller is making it.
  }
  const timesInSeconds = { minDelay: 1, maxDelay: 5, maxWaitTime: 60 };
  await waitUntilTableExists({ client, ...timesInSeconds }, { TableName: definition.TableName });
}

async function expireRecords(client: DynamoDBClient, TableName: string): Promise<void> {
  if (await recordsExpire(client, TableName)) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(await recordsExpire(client, TableName))) throw error; // Another caller was faster.
  }
}

async function recordsExpire(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  return ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
}
