import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AuditIndexKeys } from './keys.ts';

/** Version of the schema below, stored in the file as `user_version`. A file without a schema has version 0. */
const schemaVersion = 4;

/** Indexed columns of the trail. `entryId` has an index too, where DynamoDB has one of shards. */
export const auditColumns: readonly (keyof AuditIndexKeys)[] = [
  'clusterKey',
  'namespaceKey',
  'serviceAccountKey',
  'associationArn',
  'deniedNamespaceKey',
  'principalId',
];

// The trigger for INSERT is needed because INSERT OR REPLACE does not fire the trigger for DELETE. WITHOUT ROWID removes the
// rowid, a second key by which a row could be replaced.
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
    refusalCode TEXT,
    roleArns TEXT, -- JSON
    policyIds TEXT, -- JSON
    ${auditColumns.map((column) => `${column} TEXT,`).join('\n    ')}
    entry TEXT NOT NULL,
    PRIMARY KEY (operationId, entryId)
  ) STRICT, WITHOUT ROWID;
  ${auditColumns.map((column) => `CREATE INDEX audit_${column} ON audit (${column}, entryId) WHERE ${column} IS NOT NULL;`).join('\n  ')}
  CREATE INDEX audit_entryId ON audit (entryId);

  CREATE TABLE claimOfCreated (
    createdBy TEXT NOT NULL,
    claimedBy TEXT NOT NULL,
    PRIMARY KEY (createdBy, claimedBy)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE operationId = NEW.operationId AND entryId = NEW.entryId)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;

  PRAGMA user_version = ${schemaVersion};
`;

/** Primary result code SQLITE_BUSY: another connection has locked the file. Source: https://www.sqlite.org/rescode.html. */
const sqliteBusy = 5;

/**
 * Opens a ledger file. Creates the file, its folder and its tables if they are missing. Concurrent calls are safe, also from
 * several processes. Throws an Error if the file cannot be opened, or was created by another version.
 *
 * @param timeout milliseconds to wait for another process that has locked the file
 */
export function openSqliteFile(file: string, timeout: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  let version: number;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout });
    useWal(database, timeout);
    // A commit survives a power failure.
    database.exec('PRAGMA synchronous = FULL');
    version = createSchema(database);
    if (version === 0 || version === schemaVersion) return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    const advice = 'Use a SQLite file, or a new file in a folder that exists or can be created.';
    throw new Error(`Cannot open the ledger file ${file}: ${messageOf(error)}. ${advice}`, { cause: error });
  }
  database.close();
  const relation = version > schemaVersion ? 'a newer' : 'an older';
  throw new Error(
    `The ledger file ${file} has the schema of ${relation} version of the gateway. ` +
      'Run that version, or use another file.',
  );
}

/**
 * Enables the write-ahead log, so that other processes can read during a write. SQLite ignores its timeout while another
 * process enables it too, hence this loop.
 */
function useWal(database: DatabaseSync, timeout: number): void {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      // The low byte of an extended result code is the primary result code.
      const isBusy = (sqliteErrorCode(error) ?? 0) % 256 === sqliteBusy;
      if (!isBusy || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/**
 * Creates the schema in a file without one, and returns the version that the file had before; 0: it had none. Writes nothing if the schema exists, so
 * that a process can start while another one is stuck in a write.
 */
function createSchema(database: DatabaseSync): number {
  const existing = versionOf(database);
  if (existing !== 0) return existing;
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

/** The extended result code of an error of `node:sqlite`; null for any other error. */
export function sqliteErrorCode(error: unknown): number | null {
  const isSqlite = typeof error === 'object' && error !== null && 'errcode' in error;
  return isSqlite && typeof error.errcode === 'number' ? error.errcode : null;
}
