import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type {
  CreateTableCommandInput,
  DynamoDBClient,
  GlobalSecondaryIndex,
  KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { indexesOf, numberAttribute, tableKeys, ttlAttribute } from '../stored/tables.ts';
import type { KeySchema, TableName } from '../stored/tables.ts';

/** Names of the two DynamoDB tables of a ledger. */
export interface TableNames {
  readonly idempotencyTable: string;
  readonly auditTable: string;
}

/** Definition of the idempotency table. `deploy/tables.yml` must match it. */
export function idempotencyTableDefinition(TableName: string): CreateTableCommandInput {
  return definitionOf(TableName, 'idempotency');
}

/** Definition of the audit table. `deploy/tables.yml` must match it. */
export function auditTableDefinition(TableName: string): CreateTableCommandInput {
  return definitionOf(TableName, 'audit');
}

function definitionOf(TableName: string, table: TableName): CreateTableCommandInput {
  const indexes = Object.entries(indexesOf(table));
  const schemas = [tableKeys[table], ...indexes.map(([, schema]) => schema)];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Set(schemas.flatMap(namesIn))].map((AttributeName) => ({
      AttributeName,
      AttributeType: AttributeName === numberAttribute ? 'N' : 'S',
    })),
    KeySchema: keySchema(tableKeys[table]),
    GlobalSecondaryIndexes: indexes.map(([IndexName, schema]) => ({
      IndexName,
      KeySchema: keySchema(schema),
      Projection: projectionOf(schema),
    })),
  };
}

function namesIn({ hash, range }: KeySchema): string[] {
  return range === undefined ? [hash] : [hash, range];
}

function keySchema(schema: KeySchema): KeySchemaElement[] {
  return namesIn(schema).map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' }));
}

function projectionOf({ projected }: KeySchema): GlobalSecondaryIndex['Projection'] {
  if (projected === undefined) return { ProjectionType: 'ALL' };
  if (projected.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] };
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
