import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Version of the tables below, kept in the file as `user_version`; 0 is a file without them. */
const schemaVersion = 1;

/** Columns by which the trail is searched, as in `auditIndexes` of the DynamoDB tables. */
const auditColumns = [
  'clusterKey',
  'namespaceKey',
  'serviceAccountKey',
  'principalId',
  'associationArn',
  'day',
] as const;

// An INSERT OR REPLACE deletes without asking the trigger for DELETE, hence the one for INSERT; and without a rowid there
// is no second key by which a row could be replaced.
const schema = `
  CREATE TABLE idempotency (
    idempotencyKey TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    leaseUntil INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX idempotency_byLease ON idempotency (leaseUntil) WHERE state = 'IN_PROGRESS';

  CREATE TABLE audit (
    operationId TEXT NOT NULL,
    entryId TEXT NOT NULL,
    event TEXT NOT NULL,
    operation TEXT NOT NULL,
    time TEXT NOT NULL,
    ${auditColumns.map((column) => `${column} TEXT,`).join('\n    ')}
    entry TEXT NOT NULL,
    PRIMARY KEY (operationId, entryId)
  ) STRICT, WITHOUT ROWID;
  ${auditColumns.map((column) => `CREATE INDEX audit_${column} ON audit (${column}, entryId) WHERE ${column} IS NOT NULL;`).join('\n  ')}

  CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE operationId = NEW.operationId AND entryId = NEW.entryId)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;

  PRAGMA user_version = ${schemaVersion};
`;

/** SQLite's code for a file that another connection holds. */
const busy = 5;

/**
 * Opens the file of a ledger, and makes it, its folder and its tables where they are missing. Several processes may do so
 * at the same time. Throws an error that says how to mend it when the file can't be one.
 *
 * @param timeout milliseconds to wait for another process that holds the file
 */
export function openSqliteFile(file: string, timeout: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout });
    useWal(database, timeout);
    // Keeps a commit through a power cut.
    database.exec('PRAGMA synchronous = FULL');
    const version = bringSchema(database);
    if (version <= schemaVersion) return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    const advice = 'Name a file that SQLite can open or make, in a folder that exists or can be made.';
    throw new Error(`The ledger cannot be kept in ${file}: ${messageOf(error)}. ${advice}`, { cause: error });
  }
  database.close();
  throw new Error(
    `The ledger in ${file} was made by a newer version of this program, whose tables this one does not know. ` +
      'Run that version, or name another file.',
  );
}

/**
 * Turns the write-ahead log on, which lets other processes read during a write. SQLite does not wait here while another
 * process turns it on, so we do.
 */
function useWal(database: DatabaseSync, timeout: number): void {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      // The low byte is the kind; the rest says more about it.
      const isBusy = (sqliteErrorCode(error) ?? 0) % 256 === busy;
      if (!isBusy || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/**
 * Makes the tables in a file without any, and gives the version of those that are there. Where there are some, nothing is
 * written, so a process can start while another one stands still in the middle of a write.
 */
function bringSchema(database: DatabaseSync): number {
  const found = versionOf(database);
  if (found !== 0) return found;
  database.exec('BEGIN IMMEDIATE');
  const version = versionOf(database);
  if (version === 0) database.exec(schema);
  database.exec('COMMIT');
  return version;
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** SQLite's result code in what `node:sqlite` threw; null when it is no error of SQLite. */
export function sqliteErrorCode(error: unknown): number | null {
  const isSqlite = typeof error === 'object' && error !== null && 'errcode' in error;
  return isSqlite && typeof error.errcode === 'number' ? error.errcode : null;
}
