import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput, DynamoDBClient, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';

/** Names of the two DynamoDB tables of a ledger. */
export interface TableNames {
  readonly idempotencyTable: string;
  readonly auditTable: string;
}

/**
 * Expiry attribute of idempotency records, in seconds. DynamoDB deletes a record up to two days
 * after it.
 */
export const ttlAttribute = 'ttl';

/**
 * Index of the idempotency table: records IN_PROGRESS by shard and end of lease. Sparse: others
 * lack the hash key.
 */
export const leaseIndex = 'byLease';

/**
 * Index of the idempotency table: the states of associations by cluster, and the versions of the
 * history by service account. Its sort key is the item's, so the order is by service account, and
 * of versions by time.
 */
export const stateIndex = 'byCluster';

/**
 * What the index has besides keys: what a scan needs to know which associations to read, and the
 * text of a version. Scans read it far more often than changes write it.
 */
const stateIndexAttributes = [
  ...['v', 'revision', 'scannedRevision', 'scannedAt', 'isPresent', 'associationId', 'recordsInProgress', 'version'],
];

/**
 * Indexes of the idempotency table by what versions of the history have as role and as target role,
 * and their hash keys.
 */
export const roleIndexes = { byRole: 'roleArn', byTargetRole: 'targetRoleArn' } as const;

/**
 * Indexes of the audit table and their hash keys. The sort key is the entry id, so the order is by
 * time. All of them are needed from the first release: an insert-only trail cannot gain attributes
 * later, and CloudFormation adds only one index per update.
 */
export const auditIndexes = {
  byCluster: 'clusterKey',
  byNamespace: 'namespaceKey',
  byServiceAccount: 'serviceAccountKey',
  byPrincipal: 'principalId',
  byAssociation: 'associationArn',
  byDeniedNamespace: 'deniedNamespaceKey',
  byTime: 'trailShard',
} as const;

/** Definition of the idempotency table. `deploy/tables.yml` must match it. */
export function idempotencyTableDefinition(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'idempotencyKey', AttributeType: 'S' },
      { AttributeName: 'openShard', AttributeType: 'S' },
      { AttributeName: 'leaseUntil', AttributeType: 'N' },
      { AttributeName: 'clusterKey', AttributeType: 'S' },
      { AttributeName: 'roleArn', AttributeType: 'S' },
      { AttributeName: 'targetRoleArn', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'idempotencyKey', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      index(leaseIndex, 'openShard', 'leaseUntil'),
      {
        ...index(stateIndex, 'clusterKey', 'idempotencyKey'),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: stateIndexAttributes },
      },
      ...Object.entries(roleIndexes).map(([name, key]) => ({
        ...index(name, key, 'idempotencyKey'),
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    ],
  };
}

/** Definition of the audit table. `deploy/tables.yml` must match it. */
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

function index(IndexName: string, hashKey: string, rangeKey: string): GlobalSecondaryIndex {
  return {
    IndexName,
    KeySchema: [
      { AttributeName: hashKey, KeyType: 'HASH' },
      { AttributeName: rangeKey, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'ALL' },
  };
}

/**
 * Creates the tables that do not exist yet and waits up to a minute until both are active.
 * Concurrent calls are safe. Throws the error of DynamoDB, or of the timeout.
 */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all([
    createTable(client, idempotencyTableDefinition(names.idempotencyTable)),
    createTable(client, auditTableDefinition(names.auditTable)),
  ]);
  await enableExpiry(client, names.idempotencyTable);
}

/** Creates a table unless it exists, and waits up to a minute until it is active. */
export async function createTable(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error; // Otherwise the table exists or is being created.
  }
  const timesInSeconds = { minDelay: 1, maxDelay: 5, maxWaitTime: 60 };
  await waitUntilTableExists({ client, ...timesInSeconds }, { TableName: definition.TableName });
}

async function enableExpiry(client: DynamoDBClient, TableName: string): Promise<void> {
  if (await isExpiryEnabled(client, TableName)) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(await isExpiryEnabled(client, TableName))) throw error; // Otherwise a concurrent call enabled it.
  }
}

async function isExpiryEnabled(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  return ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
}
