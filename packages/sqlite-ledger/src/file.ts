import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import { foreignObjects, isWithoutItsLog, schemaDifferences } from './check.ts';
import { schema, schemaVersion } from './schema.ts';

/**
 * Primary result code SQLITE_BUSY: another connection has locked the file. Source:
 * https://www.sqlite.org/rescode.html.
 */
const sqliteBusy = 5;

/**
 * Opens a ledger file. Creates the file, its folder and its tables if they are missing. Concurrent
 * calls are safe, also from several processes. Throws an Error if the file cannot be opened, was
 * created by another version or another program, or was copied without its log; the file is not
 * changed then.
 *
 * @param timeout milliseconds to wait for another process that has locked the file
 */
export function openSqliteFile(file: string, timeout: number): DatabaseSync {
  if (isWithoutItsLog(file)) throw new Error(logMissing(file));
  let database: DatabaseSync | undefined;
  let problem: string | null;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout });
    problem = foreignObjects(database) ? `is the database of another program. Use another file.` : null;
    if (problem === null) {
      useWal(database, timeout);
      // A commit survives a power failure.
      database.exec('PRAGMA synchronous = FULL');
      problem = schemaProblem(database, createSchema(database));
    }
  } catch (error) {
    if (database?.isOpen) database.close();
    const advice = 'Use a SQLite file, or a new file in a folder that exists or can be created.';
    throw new Error(`Cannot open the ledger file ${file}: ${messageOf(error)}. ${advice}`, { cause: error });
  }
  if (problem === null) return database;
  database.close();
  throw new Error(`The ledger file ${file} ${problem}`);
}

/**
 * Why a file with this version of the schema can't be used, and what to do; null: it can. 0: the
 * schema was created now.
 */
function schemaProblem(database: DatabaseSync, version: number): string | null {
  if (version === 0) return null;
  if (version !== schemaVersion) {
    const relation = version > schemaVersion ? 'a newer' : 'an older';
    return `has the schema of ${relation} version of the gateway. Run that version, or use another file.`;
  }
  const differences = schemaDifferences(database);
  if (differences.length === 0) return null;
  const advice = 'Another program changed it. Use a copy from before, or another file.';
  return `differs from those of this version in: ${differences.join(', ')}. ${advice}`;
}

function logMissing(file: string): string {
  return (
    `The ledger file ${file} was copied without its log ${file}-wal: it is empty, its entries are in the log. ` +
    'Copy a ledger with npx pod-identity-operator ledger copy. If this file is new and was never used, delete it.'
  );
}

/**
 * Enables the write-ahead log, so that other processes can read during a write. SQLite ignores its
 * timeout while another process enables it too, hence this loop.
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
 * Creates the schema in a file without one, and returns the version that the file had before; 0: it
 * had none. Writes nothing if the schema exists, so that a process can start while another one is
 * stuck in a write.
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

/**
 * The result of `work` as a promise. An error of SQLite (a file that another process locks, a full
 * or broken disk) rejects it with `LedgerUnavailable`, any other error as it is.
 */
export function asPromise<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    try {
      resolve(work());
    } catch (error) {
      // An error thrown here rejects the promise.
      throw sqliteErrorCode(error) === null ? error : new LedgerUnavailable(error);
    }
  });
}
