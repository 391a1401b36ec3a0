import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../model/audit.ts';
import { auditIndexKeys, openShardOf } from './keys.ts';
import { LedgerUnavailable } from './ledger.ts';
import type { Expectation, Ledger, IdempotencyRecord } from './ledger.ts';
import { alreadyWritten, entryOfText, entryText, requireDistinct } from './entry-json.ts';
import { openSqliteFile, sqliteErrorCode } from './sqlite-file.ts';
import { trailReader } from './sqlite-trail.ts';

/** How long a call waits for another process that holds the file, in milliseconds. */
const defaultBusyTimeoutMs = 2_000;

/**
 * The ledger in one SQLite file, or in memory (`:memory:`); several processes may share a file. Throws when the file
 * can't be used.
 */
export function createSqliteLedger(parts: { readonly file: string; readonly busyTimeoutMs?: number }): Ledger {
  const database = openSqliteFile(parts.file, parts.busyTimeoutMs ?? defaultBusyTimeoutMs);
  const { token, putToken, entry, putEntry, operationEntries, lapsed } = statements(database);
  const trail = trailReader(database);

  return {
    commit(expected, next, entries) {
      return promised(() => {
        requireDistinct(entries);
        openShardOf(next.idempotencyKey); // So that a key which DynamoDB could not file is a bug here too.
        return writing(database, () => {
          if (alreadyWritten(entries, entries.map(entry))) return { kind: 'committed' };
          const record = token(next.idempotencyKey);
          if (!meets(expected, record)) return { kind: 'conflict', record };
          putToken(next);
          entries.forEach(putEntry);
          return { kind: 'committed' };
        });
      });
    },
    getRecord(idempotencyKey) {
      return promised(() => token(idempotencyKey));
    },
    appendEntry(added) {
      return promised(() => {
        writing(database, () => {
          if (!alreadyWritten([added], [entry(added)])) putEntry(added);
        });
      });
    },
    getEntry(key) {
      return promised(() => entry(key));
    },
    operationEntries(operationId) {
      return promised(() => operationEntries(operationId));
    },
    readTrail(query) {
      return promised(() => trail(query));
    },
    expiredLeases(now, limit) {
      return promised(() => lapsed(now, limit));
    },
    close() {
      database.close();
    },
  };
}

/** Whether the stored record is as expected: the same parts as in `dynamodb-condition.ts`. */
function meets(expected: Expectation, record: IdempotencyRecord | null): boolean {
  if (record === null) return expected.kind === 'free';
  switch (expected.kind) {
    case 'free':
      return !inProgress(record) && expired(record, expected.now);
    case 'released':
      return released(record) && sameOperation(record, expected) && sameFence(record, expected);
    case 'leased':
      return inProgress(record) && sameOperation(record, expected) && sameFence(record, expected);
    case 'lease-expired':
      return (
        inProgress(record) &&
        sameOperation(record, expected) &&
        sameFence(record, expected) &&
        leaseLapsed(record, expected.now)
      );
  }
}

type Holder = Pick<IdempotencyRecord, 'operationId' | 'fence'>;
const inProgress = ({ state }: IdempotencyRecord) => state === 'IN_PROGRESS';
const released = ({ state }: IdempotencyRecord) => state === 'RELEASED';
const sameOperation = (one: Holder, other: Holder) => one.operationId === other.operationId;
const sameFence = (one: Holder, other: Holder) => one.fence === other.fence;
const leaseLapsed = ({ leaseUntil }: IdempotencyRecord, now: number) => leaseUntil <= now;
const expired = ({ expiresAt }: IdempotencyRecord, now: number) => expiresAt !== null && expiresAt <= now;

/** Runs `work` in a transaction that no other process can write beside. */
function writing<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } finally {
    // SQLite itself ends the transaction on some errors, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

/**
 * What `work` gives or throws, as a promise; `LedgerUnavailable` for whatever SQLite throws: a file held by another
 * process, a full or a broken disk.
 */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    try {
      resolve(work());
    } catch (error) {
      // Thrown in here, either rejects the promise.
      throw sqliteErrorCode(error) === null ? error : new LedgerUnavailable(error);
    }
  });
}

/** The statements that the ledger needs, prepared once, as functions of what they read and write. */
function statements(database: DatabaseSync) {
  const selectToken = database.prepare('SELECT record FROM idempotency WHERE idempotencyKey = ?');
  const insertToken = database.prepare(`
    INSERT INTO idempotency (idempotencyKey, state, leaseUntil, record) VALUES (?, ?, ?, ?)
    ON CONFLICT (idempotencyKey) DO UPDATE SET state = excluded.state, leaseUntil = excluded.leaseUntil, record = excluded.record`);
  const selectLapsed = database.prepare(
    "SELECT record FROM idempotency WHERE state = 'IN_PROGRESS' AND leaseUntil <= ? ORDER BY leaseUntil LIMIT ?",
  );
  const selectEntry = database.prepare('SELECT entry FROM audit WHERE operationId = ? AND entryId = ?');
  const selectEntries = database.prepare('SELECT entry FROM audit WHERE operationId = ? ORDER BY entryId');
  const insertEntry = database.prepare(`
    INSERT INTO audit (operationId, entryId, event, operation, time, entry,
      clusterKey, namespaceKey, serviceAccountKey, principalId, associationArn, day)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);

  return {
    token(idempotencyKey: string): IdempotencyRecord | null {
      const row = selectToken.get(idempotencyKey);
      return row === undefined ? null : recordOf(row);
    },
    putToken(record: IdempotencyRecord): void {
      insertToken.run(record.idempotencyKey, record.state, record.leaseUntil, JSON.stringify(record));
    },
    lapsed(now: number, limit: number): IdempotencyRecord[] {
      return selectLapsed.all(now, limit).map(recordOf);
    },
    entry({ operationId, entryId }: Pick<AuditEntry, 'operationId' | 'entryId'>): AuditEntry | null {
      const row = selectEntry.get(operationId, entryId);
      return row === undefined ? null : entryOf(row);
    },
    operationEntries(operationId: string): AuditEntry[] {
      return selectEntries.all(operationId).map(entryOf);
    },
    putEntry(entry: AuditEntry): void {
      const { operationId, entryId, event, operation, time } = entry;
      const keys = auditIndexKeys(entry);
      insertEntry.run(
        ...[operationId, entryId, event, operation, time, entryText(entry)],
        ...[keys.clusterKey ?? null, keys.namespaceKey ?? null, keys.serviceAccountKey ?? null],
        ...[keys.principalId, keys.associationArn ?? null, keys.day],
      );
    },
  };
}

type Row = Record<string, unknown>;

function recordOf(row: Row): IdempotencyRecord {
  // Only `putToken` writes these texts.
  return JSON.parse(String(row.record)) as IdempotencyRecord;
}

function entryOf(row: Row): AuditEntry {
  return entryOfText(String(row.entry));
}
