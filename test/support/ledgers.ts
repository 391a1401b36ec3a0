import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { approvalItemKeyOf, associationKeyOf } from '../../src/ledger/keys.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { CheckpointStore } from '../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { makeDynamoDbApprovals } from '../../src/ledger/dynamodb/approvals.ts';
import { makeDynamoDbAssociationReads } from '../../src/ledger/dynamodb/association-reads.ts';
import { makeDynamoDbCheckpoints } from '../../src/ledger/dynamodb/checkpoints.ts';
import { makeDynamoDbObservations } from '../../src/ledger/dynamodb/observations.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import { createTables } from '../../src/ledger/dynamodb/tables.ts';
import type { AssociationTarget } from '../../src/model/association.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { takeTables } from './reused-tables.ts';

/** Endpoint of the DynamoDB for tests; undefined if none is available. */
export const dynamoDbEndpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;

/** All ports of a ledger. */
type OpenedLedger = Ledger & ObservationStore & AssociationReads & ApprovalStore & CheckpointStore;

/** A store that a suite runs on. */
export interface LedgerUnderTest {
  readonly name: string;
  /** False if no DynamoDB is available. The test run then prints a notice at its start. */
  readonly available: boolean;
  /** Opens an empty ledger. `close` also deletes its data. */
  open(): Promise<{
    ledger: OpenedLedger;
    edit: StoredItems;
    close(): Promise<void>;
  }>;
}

/** Sets fields of stored items, as another version of the gateway would have written them. Undefined removes a field. */
export interface StoredItems {
  record(idempotencyKey: string, fields: object): Promise<void>;
  removeRecord(idempotencyKey: string): Promise<void>;
  entry(key: { readonly operationId: string; readonly entryId: string }, fields: object): Promise<void>;
  approval(key: string, fields: object): Promise<void>;
  /** `check` gets the item as it was. */
  state(target: AssociationTarget, fields: object, check?: (item: object) => void): Promise<void>;
  /** All stored items. */
  items(): Promise<StoredItem[]>;
}

/** A stored item: its table, its first key, its personal data, and all other fields. */
export interface StoredItem {
  readonly table: string;
  readonly key: string;
  readonly personal?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function storedItem(table: string, { personal, ...fields }: Record<string, unknown>): StoredItem {
  const { idempotencyKey, operationId = '' } = fields as Partial<Record<string, string>>;
  return { table, key: idempotencyKey ?? operationId, fields, ...(typeof personal === 'string' ? { personal } : {}) };
}

/** All implementations of the ledger port. */
const ledgersUnderTest: readonly LedgerUnderTest[] = [
  { name: 'SQLite', available: true, open: openSqlite },
  { name: 'DynamoDB', available: dynamoDbEndpoint !== undefined, open: openDynamoDb },
];

/** A group of tests that runs on each ledger that is available. `$name` in the title is the name of the ledger. */
export function describeOnLedgers(title: string, suite: (ledger: LedgerUnderTest) => void): void {
  describe.each(ledgersUnderTest.filter(({ available }) => available))(title, suite);
}

/** In memory where the system has such a folder: a ledger waits for the disk with each commit. */
const ledgerFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Opens the embedded ledger. */
export function openSqlite(): ReturnType<LedgerUnderTest['open']> {
  return openOrderedSqlite();
}

/** Opens the embedded ledger, with the order of its commits. */
export async function openOrderedSqlite() {
  const folder = mkdtempSync(join(ledgerFolder, 'ledger-'));
  const file = join(folder, 'ledger.db');
  const ledger = makeSqliteLedger({ file });
  const close = async () => {
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return { ledger, edit: sqliteItems(file), close };
}

/** Null removes a field. A set is a list. */
function patchValue(_: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : (value ?? null);
}

function sqliteItems(file: string): StoredItems {
  const update = async (statement: string, fields: object, ...key: string[]) => {
    const database = new DatabaseSync(file);
    database.exec('DROP TRIGGER IF EXISTS audit_no_update');
    const { changes } = database.prepare(statement).run(JSON.stringify(fields, patchValue), ...key);
    database.close();
    if (changes !== 1) throw new Error('No such item.');
  };
  return {
    record: (key, fields) =>
      update('UPDATE idempotency SET record = json_patch(record, ?) WHERE idempotencyKey = ?', fields, key),
    removeRecord: (key) => update('DELETE FROM idempotency WHERE ? IS NOT NULL AND idempotencyKey = ?', {}, key),
    approval: (key, fields) =>
      update('UPDATE approval SET approval = json_patch(approval, ?) WHERE approvalKey = ?', fields, key),
    entry: ({ operationId, entryId }, fields) =>
      update(
        'UPDATE audit SET entry = json_patch(entry, ?) WHERE operationId = ? AND entryId = ?',
        fields,
        operationId,
        entryId,
      ),
    state: async (target, fields, check) => {
      const key = associationKeyOf(target);
      const database = new DatabaseSync(file);
      const row = database.prepare('SELECT state FROM association WHERE associationKey = ?').get(key);
      database.close();
      check?.(JSON.parse(String(row?.state)) as object);
      await update('UPDATE association SET state = json_patch(state, ?) WHERE associationKey = ?', fields, key);
    },
    async items() {
      const database = new DatabaseSync(file);
      const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
      const items = tables.flatMap(({ name }) =>
        database
          .prepare(`SELECT * FROM ${String(name)}`)
          .all()
          .map((row) => storedItem(String(name), row)),
      );
      database.close();
      return items;
    },
  };
}

/** Opens a ledger in tables of the DynamoDB for tests. */
export async function openDynamoDb() {
  const { names, giveBack } = await takeTables(openTables);
  const client = dynamoDbClient();
  const close = async () => {
    client.destroy();
    await giveBack();
  };
  const ledger = {
    ...makeDynamoDbLedger({ client, ...names }),
    ...makeDynamoDbObservations({ client, ...names }),
    ...makeDynamoDbAssociationReads({ client, ...names }),
    ...makeDynamoDbApprovals({ client, ...names }),
    ...makeDynamoDbCheckpoints({ client, ...names }),
  };
  return { ledger, edit: dynamoDbItems(client, names), close };
}

/** Sets fields of the items of these tables. */
export function dynamoDbItems(client: DynamoDBClient, { idempotencyTable, auditTable }: TableNames): StoredItems {
  const read = async (TableName: string, key: object) => {
    const get = new GetItemCommand({ TableName, Key: marshall(key), ConsistentRead: true });
    const { Item } = await client.send(get);
    if (Item === undefined) throw new Error('No such item.');
    return unmarshall(Item);
  };
  const write = async (TableName: string, item: object) => {
    await client.send(new PutItemCommand({ TableName, Item: marshall(item, { removeUndefinedValues: true }) }));
  };
  return {
    async record(idempotencyKey, fields) {
      const item = await read(idempotencyTable, { idempotencyKey });
      await write(idempotencyTable, { ...item, ...fields });
    },
    async removeRecord(idempotencyKey) {
      await client.send(new DeleteItemCommand({ TableName: idempotencyTable, Key: marshall({ idempotencyKey }) }));
    },
    async approval(key, fields) {
      const item = await read(idempotencyTable, { idempotencyKey: approvalItemKeyOf(key) });
      await write(idempotencyTable, { ...item, ...fields });
    },
    async state(target, fields, check) {
      const item = await read(idempotencyTable, { idempotencyKey: associationKeyOf(target) });
      check?.(item);
      await write(idempotencyTable, { ...item, ...fields });
    },
    async entry({ operationId, entryId }, fields) {
      const item = await read(auditTable, { operationId, entryId });
      const stored = { ...(JSON.parse(String(item.entry)) as { v: unknown }), ...fields };
      await write(auditTable, { ...item, v: stored.v, entry: JSON.stringify(stored) });
    },
    async items() {
      const items: StoredItem[] = [];
      for (const [table, TableName] of Object.entries({ idempotency: idempotencyTable, audit: auditTable })) {
        for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
          items.push(...Items.map((item) => storedItem(table, unmarshall(item))));
      }
      return items;
    },
  };
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
