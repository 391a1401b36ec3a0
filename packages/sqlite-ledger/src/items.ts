import type { DatabaseSync } from 'node:sqlite';
import { LedgerUnusable } from '../../../src/ledger/format.ts';
import type {
  Item,
  Items,
  ItemUpdate,
  Key,
  Put,
  Reason,
  Write,
  WriteResult,
} from '../../../src/ledger/stored/items.ts';
import { LedgerUnavailable } from '../../../src/ledger/ledger-unavailable.ts';
import type { TableName } from '../../../src/ledger/stored/tables.ts';
import { isTooLarge, meets, updated } from './evaluate.ts';
import { asPromise } from './file.ts';
import { itemOfText, itemText } from './item-text.ts';
import { prepareQueries } from './query.ts';
import { keyColumns } from './schema.ts';

/** The items in a file. Each call excludes the writes of other processes while it writes. */
export function sqliteItems(database: DatabaseSync): Items {
  const tables = { idempotency: prepareTable(database, 'idempotency'), audit: prepareTable(database, 'audit') };
  const query = prepareQueries(database);
  const get = (table: TableName, key: Key) => tables[table].get(key);
  const selectAll = database.prepare(`SELECT idempotencyKey, item FROM idempotency
    WHERE idempotencyKey IN (SELECT value FROM json_each(?))`);
  // One statement takes a third of the time of one for each key.
  const getAll = (keys: readonly string[]) => {
    const rows = selectAll.all(JSON.stringify(keys));
    const found = new Map(rows.map(({ idempotencyKey, item }) => [idempotencyKey, itemOfText(String(item))]));
    return keys.map((key) => found.get(key) ?? null);
  };
  const writeOne = (write: Put | ItemUpdate): WriteResult =>
    inTransaction(database, 'IMMEDIATE', () => {
      const stored = get(write.table, keyOf(write));
      const judged = judge(write, stored);
      if (judged.reason.kind === 'tooLarge') throw tooLarge();
      if (judged.reason.kind !== 'none') return { kind: 'rejected', stored };
      tables[write.table].replace(judged);
      return { kind: 'written', replaced: stored };
    });
  return {
    get: (table, key) => asPromise(() => get(table, key)),
    getTogether: (keys) => asPromise(() => inTransaction(database, 'DEFERRED', () => getAll(keys))),
    getMany: (keys) => asPromise(() => getAll(keys)),
    query: (one) => asPromise(() => query(one)),
    transact: (writes) =>
      asPromise(() => {
        requireDistinct(writes);
        return inTransaction(database, 'IMMEDIATE', () => {
          const judged = writes.map((write) => judge(write, get(write.table, keyOf(write))));
          const reasons = judged.map(({ reason }) => reason);
          if (reasons.some(({ kind }) => kind !== 'none')) return cancelled(reasons);
          for (const one of judged) tables[one.write.table].replace(one);
          return { kind: 'committed' };
        });
      }),
    put: (put) => asPromise(() => writeOne(put)),
    update: (update) =>
      asPromise(() => {
        // Otherwise, the file keeps the erased text of an entry in its free pages.
        if (update.table === 'audit') database.exec('PRAGMA secure_delete = ON');
        return writeOne(update);
      }),
  };
}

/** What becomes of an item; `next` is null if it stays as it is. */
interface Judged {
  readonly write: Write;
  readonly reason: Reason;
  readonly stored: Item | null;
  readonly next: Item | null;
}

function judge(write: Write, stored: Item | null): Judged {
  if (write.condition && !meets(stored, write.condition))
    return { write, reason: { kind: 'condition', stored }, stored, next: null };
  const next = nextOf(write, stored);
  return { write, reason: { kind: next && isTooLarge(next) ? 'tooLarge' : 'none' }, stored, next };
}

function nextOf(write: Write, stored: Item | null): Item | null {
  switch (write.kind) {
    case 'put':
      return write.item;
    case 'update':
      return updated(stored ?? write.key, write.update);
    case 'check':
      return null;
  }
}

function cancelled(reasons: readonly Reason[]) {
  const failure = reasons.some(({ kind }) => kind === 'tooLarge')
    ? new LedgerUnusable(tooLarge())
    : new LedgerUnavailable(new Error('A condition of the transaction does not hold.'));
  return { kind: 'cancelled', reasons, failure } as const;
}

function tooLarge(): Error {
  return new Error('The item would be larger than 400 KB.');
}

function keyOf(write: Write): Key {
  if (write.kind !== 'put') return write.key;
  return Object.fromEntries(keyColumns(write.table).map((name) => [name, String(write.item[name])]));
}

function requireDistinct(writes: readonly Write[]): void {
  const keys = writes.map((write) => JSON.stringify([write.table, keyOf(write)]));
  if (new Set(keys).size < keys.length) throw new Error('A transaction can write each item only once.');
}

/** The statements of a table, as functions. They throw the errors of SQLite. */
function prepareTable(database: DatabaseSync, table: TableName) {
  const columns = keyColumns(table);
  const isKey = columns.map((column) => `${column} = :${column}`).join(' AND ');
  const select = database.prepare(`SELECT item FROM ${table} WHERE ${isKey}`);
  const placeholders = [...columns, 'item'].map((column) => `:${column}`);
  const insert = database.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}, item) VALUES (${placeholders.join(', ')})`,
  );
  const update = database.prepare(`UPDATE ${table} SET item = :item WHERE ${isKey}`);
  return {
    get(key: Key): Item | null {
      const row = select.get(key);
      return row === undefined ? null : itemOfText(String(row.item));
    },
    replace({ write, stored, next }: Judged): void {
      if (next !== null) (stored === null ? insert : update).run({ ...keyOf(write), item: itemText(next) });
    },
  };
}

/** Runs `work` in a transaction. Rolls back if it throws. */
function inTransaction<T>(database: DatabaseSync, kind: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } finally {
    // On some errors, such as a full disk, SQLite has already rolled back.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}
