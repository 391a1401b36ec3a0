import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../model/audit.ts';
import { entryOfText, entryText } from './entry-json.ts';
import { auditIndexKeys } from './keys.ts';
import type { IdempotencyRecord } from './ledger.ts';

/** The prepared statements of a ledger file, except those of the trail, as functions. They throw the errors of SQLite. */
export function prepareStatements(database: DatabaseSync) {
  const selectRecord = database.prepare('SELECT record FROM idempotency WHERE idempotencyKey = ?');
  const upsertRecord = database.prepare(`
    INSERT INTO idempotency (idempotencyKey, state, leaseUntil, record) VALUES (?, ?, ?, ?)
    ON CONFLICT (idempotencyKey) DO UPDATE SET state = excluded.state, leaseUntil = excluded.leaseUntil, record = excluded.record`);
  const selectExpiredLeases = database.prepare(
    "SELECT record FROM idempotency WHERE state = 'IN_PROGRESS' AND leaseUntil <= ? ORDER BY leaseUntil LIMIT ?",
  );
  const selectEntry = database.prepare('SELECT entry FROM audit WHERE operationId = ? AND entryId = ?');
  const selectEntries = database.prepare('SELECT entry FROM audit WHERE operationId = ? ORDER BY entryId');
  const insertEntry = database.prepare(`
    INSERT INTO audit (operationId, entryId, event, operation, time, entry,
      clusterKey, namespaceKey, serviceAccountKey, principalId, associationArn, day)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);

  return {
    getRecord(idempotencyKey: string): IdempotencyRecord | null {
      const row = selectRecord.get(idempotencyKey);
      return row === undefined ? null : recordOf(row);
    },
    putRecord(record: IdempotencyRecord): void {
      upsertRecord.run(record.idempotencyKey, record.state, record.leaseUntil, JSON.stringify(record));
    },
    expiredLeases(now: number, limit: number): IdempotencyRecord[] {
      return selectExpiredLeases.all(now, limit).map(recordOf);
    },
    getEntry({ operationId, entryId }: Pick<AuditEntry, 'operationId' | 'entryId'>): AuditEntry | null {
      const row = selectEntry.get(operationId, entryId);
      return row === undefined ? null : entryOf(row);
    },
    operationEntries(operationId: string): AuditEntry[] {
      return selectEntries.all(operationId).map(entryOf);
    },
    insertEntry(entry: AuditEntry): void {
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
  // Only `putRecord` writes these texts.
  return JSON.parse(String(row.record)) as IdempotencyRecord;
}

function entryOf(row: Row): AuditEntry {
  return entryOfText(String(row.entry));
}
