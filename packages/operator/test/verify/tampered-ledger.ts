import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { vkeyOf } from '../../../../src/checkpoints/note.ts';
import { dynamoDbItems } from '../../../../src/ledger/dynamodb/items.ts';
import { storedCheckpoints } from '../../../../src/ledger/stored/checkpoints.ts';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { openLog } from '../../../../test/support/checkpoint-log.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';

/** A stored entry, with whatever attributes the store has. */
export type Row = Record<string, unknown> & { operationId: string; entryId: string; entry: string };

/** A ledger with its log, and what an administrator can do to it. */
export interface TamperedLedger {
  readonly name: string;
  readonly available: boolean;
  open(): Promise<Awaited<ReturnType<typeof openTamperedSqlite>>>;
}

export const tamperedLedgers: readonly TamperedLedger[] = [
  { name: 'SQLite', available: true, open: openTamperedSqlite },
  { name: 'DynamoDB', available: dynamoDbEndpoint !== undefined, open: openTamperedDynamoDb },
];

/** A group of tests on one of them, as `describeOnLedger` chooses it: DynamoDB in CI, and SQLite elsewhere. */
export function describeOnTamperedLedger(title: string, suite: (ledger: TamperedLedger) => void): void {
  const name = process.env.CI && dynamoDbEndpoint !== undefined ? 'DynamoDB' : 'SQLite';
  describe.each(tamperedLedgers.filter((ledger) => ledger.name === name))(title, suite);
}

async function environmentOf(log: ReturnType<typeof openLog>): Promise<Record<string, string>> {
  return { CHECKPOINT_FOLDER: log.folder, CHECKPOINT_KEYS: vkeyOf((await log.key()).key), LOCAL_FOLDER: log.keyFolder };
}

async function openTamperedSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'tampered-'));
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file });
  const log = openLog(ledger);
  /** Edits the file without its triggers, and puts these back. */
  const edit = (work: (database: DatabaseSync) => void) => {
    const database = new DatabaseSync(file);
    const triggers = database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`);
    work(database);
    for (const { sql } of triggers) database.exec(String(sql));
    database.close();
  };
  return {
    ...{ ledger, log },
    env: { LEDGER_FILE: file, ...(await environmentOf(log)) } as Record<string, string>,
    async rows(): Promise<Row[]> {
      const database = new DatabaseSync(file);
      const rows = database.prepare('SELECT item FROM audit ORDER BY entryId').all();
      database.close();
      return rows.map(({ item }) => JSON.parse(String(item)) as Row);
    },
    async put(row: Row): Promise<void> {
      const { operationId, entryId } = row;
      edit((database) => {
        database
          .prepare('INSERT OR REPLACE INTO audit (operationId, entryId, item) VALUES (?, ?, ?)')
          .run(operationId, entryId, JSON.stringify(row));
      });
    },
    async remove({ operationId, entryId }: Row): Promise<void> {
      edit((database) => {
        database.prepare('DELETE FROM audit WHERE operationId = ? AND entryId = ?').run(operationId, entryId);
      });
    },
    async removeHead(): Promise<void> {
      edit((database) => database.exec(`DELETE FROM idempotency WHERE idempotencyKey = 'checkpoint'`));
    },
    async close(): Promise<void> {
      ledger.close();
      log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openTamperedDynamoDb(): ReturnType<typeof openTamperedSqlite> {
  const { client, names, close } = await openTables();
  const dynamoDb = {
    ...makeDynamoDbLedger({ client, ...names }),
    ...storedCheckpoints(dynamoDbItems({ client, ...names })),
  };
  // Both have what the tests use.
  const ledger = dynamoDb as unknown as ReturnType<typeof makeSqliteLedger>;
  const log = openLog(ledger);
  const TableName = names.auditTable;
  return {
    ...{ ledger, log },
    env: {
      ...{ LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '', AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable },
      ...(await environmentOf(log)),
    },
    async rows() {
      const rows: Row[] = [];
      for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
        rows.push(...Items.map((item) => unmarshall(item) as Row));
      }
      return rows.sort((one, other) => (one.entryId < other.entryId ? -1 : 1));
    },
    async put(row) {
      await client.send(new PutItemCommand({ TableName, Item: marshall(row) }));
    },
    async remove({ operationId, entryId }) {
      await client.send(new DeleteItemCommand({ TableName, Key: marshall({ operationId, entryId }) }));
    },
    async removeHead() {
      const Key = marshall({ idempotencyKey: 'checkpoint' });
      await client.send(new DeleteItemCommand({ TableName: names.idempotencyTable, Key }));
    },
    async close() {
      log.close();
      await close();
    },
  };
}
