import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { createTables } from '../../src/ledger/tables.ts';
import type { TableNames } from '../../src/ledger/tables.ts';

/** A store that a suite runs on. */
export interface LedgerUnderTest {
  readonly name: string;
  /** False if no DynamoDB is available. The test run then prints a notice at its start. */
  readonly available: boolean;
  /** Opens a new, empty ledger. `close` also deletes its data. */
  open(): Promise<{ ledger: Ledger; close(): Promise<void> }>;
}

/**
 * All implementations of the ledger port. Usage:
 * `describe.each(ledgersUnderTest().filter(({ available }) => available))('… on $name', ({ open }) => …)`.
 */
export function ledgersUnderTest(): LedgerUnderTest[] {
  return [
    { name: 'SQLite', available: true, open: openSqlite },
    { name: 'DynamoDB', available: dynamoDbEndpoint !== undefined, open: openDynamoDb },
  ];
}

/** Endpoint of the DynamoDB for tests; undefined if none is available. */
export const dynamoDbEndpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;

async function openSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const ledger = createSqliteLedger({ file: join(folder, 'ledger.db') });
  const close = async () => {
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return { ledger, close };
}

async function openDynamoDb() {
  const { client, names, close } = await openTables();
  return { ledger: createDynamoDbLedger({ client, ...names }), close };
}

/** New tables with unique names and a client for them. `close` deletes the tables and closes the client. */
export async function openTables() {
  const id = randomUUID();
  const names: TableNames = { idempotencyTable: `idempotency-${id}`, auditTable: `audit-${id}` };
  const client = dynamoDbClient();
  await createTables(client, names);
  const close = async () => {
    // A separate client, because closing a ledger has closed the other one.
    const remover = dynamoDbClient();
    for (const TableName of Object.values(names)) await remover.send(new DeleteTableCommand({ TableName }));
    remover.destroy();
    client.destroy();
  };
  return { client, names, close };
}

/** A client for the DynamoDB for tests, with the default timeouts of the SDK, because a test machine can be slow. */
export function dynamoDbClient(settings: DynamoDBClientConfig = {}): DynamoDBClient {
  // DynamoDB Local accepts any credentials; a real endpoint uses those of the environment.
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const endpoint = dynamoDbEndpoint === undefined ? {} : { endpoint: dynamoDbEndpoint };
  return new DynamoDBClient({ ...endpoint, ...(process.env.AWS_ACCESS_KEY_ID ? {} : local), ...settings });
}
