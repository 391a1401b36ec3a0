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

/** A store for a suite to run on. */
export interface LedgerUnderTest {
  readonly name: string;
  /** False where the machine has no DynamoDB; the test run then says so at its begin. */
  readonly available: boolean;
  /** An empty ledger of its own. `close` removes what it kept. */
  open(): Promise<{ ledger: Ledger; close(): Promise<void> }>;
}

/**
 * All stores behind the ledger port. Use it as
 * `describe.each(ledgersUnderTest().filter(({ available }) => available))('… on $name', ({ open }) => …)`.
 */
export function ledgersUnderTest(): LedgerUnderTest[] {
  return [
    { name: 'SQLite', available: true, open: openSqlite },
    { name: 'DynamoDB', available: dynamoDbEndpoint !== undefined, open: openDynamoDb },
  ];
}

/** Where the DynamoDB for tests answers; undefined where there is none. */
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

/** New tables with names of their own, a client for them, and how to remove both. */
export async function openTables() {
  const id = randomUUID();
  const names: TableNames = { idempotencyTable: `tokens-${id}`, auditTable: `audit-${id}` };
  const client = dynamoDbClient();
  await createTables(client, names);
  const close = async () => {
    // A client of its own: a ledger that is closed has closed the other.
    const remover = dynamoDbClient();
    for (const TableName of Object.values(names)) await remover.send(new DeleteTableCommand({ TableName }));
    remover.destroy();
    client.destroy();
  };
  return { client, names, close };
}

/** A client for the DynamoDB for tests, as patient as a busy machine needs. */
export function dynamoDbClient(settings: DynamoDBClientConfig = {}): DynamoDBClient {
  // DynamoDB Local wants credentials and takes any; a real endpoint gets the environment's.
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const endpoint = dynamoDbEndpoint === undefined ? {} : { endpoint: dynamoDbEndpoint };
  return new DynamoDBClient({ ...endpoint, ...(process.env.AWS_ACCESS_KEY_ID ? {} : local), ...settings });
}
