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
import { approvalItemKeyOf, associationKeyOf } from '../../src/ledger/stored/keys.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { CheckpointStore } from '../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { storedApprovals } from '../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { storedCheckpoints } from '../../src/ledger/stored/checkpoints.ts';
import { storedObservations } from '../../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { itemOfText, itemText } from '../../packages/sqlite-ledger/src/item-text.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { keyColumns } from '../../packages/sqlite-ledger/src/schema.ts';
import { createTables } from '../../src/ledger/dynamodb/tables.ts';
import type { AssociationTarget } from '../../src/model/association.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import type { TableName } from '../../src/ledger/stored/tables.ts';
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

/** A group of tests of what ledgers promise, on each one that is available. `$name` in the title is the name of the ledger. */
export function describeOnEachLedger(title: string, suite: (ledger: LedgerUnderTest) => void): void {
  describe.each(ledgersUnderTest.filter(({ available }) => available))(title, suite);
}

/**
 * A group of tests of what uses a ledger, on one: DynamoDB in CI, and SQLite elsewhere, which takes a third of the time. That
 * both are alike is shown by the groups on each of them, and by the search, which compares all that they answer and store.
 */
export function describeOnLedger(title: string, suite: (ledger: LedgerUnderTest) => void): void {
  const name = process.env.CI && dynamoDbEndpoint !== undefined ? 'DynamoDB' : 'SQLite';
  describe.each(ledgersUnderTest.filter((ledger) => ledger.name === name))(title, suite);
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
  return { ledger, edit: editSqlite(file), close };
}

/** How items are read and written, whatever their format. */
interface ItemEdits extends Pick<StoredItems, 'removeRecord' | 'items'> {
  read(table: TableName, key: Record<string, string>): Promise<Record<string, unknown>>;
  write(table: TableName, item: Record<string, unknown>): Promise<void>;
}

/** Sets fields of items. */
function editsOf({ read, write, ...others }: ItemEdits): StoredItems {
  const edit = async (idempotencyKey: string, fields: object, check?: (item: object) => void) => {
    const item = await read('idempotency', { idempotencyKey });
    check?.(item);
    await write('idempotency', { ...item, ...fields });
  };
  return {
    ...others,
    record: edit,
    approval: (key, fields) => edit(approvalItemKeyOf(key), fields),
    state: (target, fields, check) => edit(associationKeyOf(target), fields, check),
    async entry({ operationId, entryId }, fields) {
      const item = await read('audit', { operationId, entryId });
      const stored = { ...(JSON.parse(String(item.entry)) as { v: unknown }), ...fields };
      await write('audit', { ...item, v: stored.v, entry: JSON.stringify(stored) });
    },
  };
}

function editSqlite(file: string): StoredItems {
  const withDatabase = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const whereKey = (key: object) =>
    Object.keys(key)
      .map((name) => `${name} = :${name}`)
      .join(' AND ');
  return editsOf({
    async read(table, key) {
      const row = withDatabase((database) =>
        database.prepare(`SELECT item FROM ${table} WHERE ${whereKey(key)}`).get(key),
      );
      if (row === undefined) throw new Error('No such item.');
      return itemOfText(String(row.item));
    },
    async write(table, item) {
      const key = Object.fromEntries(keyColumns(table).map((name) => [name, String(item[name])]));
      withDatabase((database) => {
        database.exec('DROP TRIGGER IF EXISTS audit_no_update');
        database
          .prepare(`UPDATE ${table} SET item = :item WHERE ${whereKey(key)}`)
          .run({ ...key, item: itemText(item) });
      });
    },
    async removeRecord(key) {
      withDatabase((database) => database.prepare('DELETE FROM idempotency WHERE idempotencyKey = ?').run(key));
    },
    async items() {
      return (['idempotency', 'audit'] as const).flatMap((table) => {
        const rows = withDatabase((database) => database.prepare(`SELECT item FROM ${table}`).all());
        return rows.map(({ item }) => storedItem(table, itemOfText(String(item))));
      });
    },
  });
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
    ...storedObservations(dynamoDbItems({ client, ...names })),
    ...storedAssociationReads(dynamoDbItems({ client, ...names })),
    ...storedApprovals(dynamoDbItems({ client, ...names })),
    ...storedCheckpoints(dynamoDbItems({ client, ...names })),
  };
  return { ledger, edit: editDynamoDb(client, names), close };
}

/** Sets fields of the items of these tables. */
export function editDynamoDb(client: DynamoDBClient, { idempotencyTable, auditTable }: TableNames): StoredItems {
  const names = { idempotency: idempotencyTable, audit: auditTable } as const;
  return editsOf({
    async read(table, key) {
      const get = new GetItemCommand({ TableName: names[table], Key: marshall(key), ConsistentRead: true });
      const { Item } = await client.send(get);
      if (Item === undefined) throw new Error('No such item.');
      return unmarshall(Item);
    },
    async write(table, item) {
      const Item = marshall(item, { removeUndefinedValues: true });
      await client.send(new PutItemCommand({ TableName: names[table], Item }));
    },
    async removeRecord(idempotencyKey) {
      await client.send(new DeleteItemCommand({ TableName: idempotencyTable, Key: marshall({ idempotencyKey }) }));
    },
    async items() {
      const items: StoredItem[] = [];
      for (const [table, TableName] of Object.entries(names)) {
        for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
          items.push(...Items.map((item) => storedItem(table, unmarshall(item))));
      }
      return items;
    },
  });
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
