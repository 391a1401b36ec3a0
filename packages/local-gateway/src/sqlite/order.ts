import type { DatabaseSync } from 'node:sqlite';
import { entryOrNull } from '../../../../src/ledger/entry-json.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { entryOf } from './statements.ts';

/** An entry, and its place in the order of the commits. */
export interface OrderedEntry {
  readonly position: number;
  /** Null: the item is not an entry. */
  readonly entry: AuditEntry | null;
}

/**
 * The entries in the order in which they were committed, and how far each reader is. Its methods
 * throw `LedgerUnavailable`.
 */
export interface AuditOrder {
  /** Up to `limit` entries after a position, in order. Throws `UnsupportedFormat`. */
  entriesAfter(position: number, limit: number): Promise<OrderedEntry[]>;
  /** The position of a reader. A new reader begins after the newest entry. */
  startCursor(target: string): Promise<number>;
  /** Stores the position of a reader. */
  moveCursor(target: string, position: number): Promise<void>;
}

/** The statements of {@link AuditOrder} as functions. They throw the errors of SQLite. */
export function prepareOrder(database: DatabaseSync) {
  const selectEntries = database.prepare(`
    SELECT position, operationId, entryId, entry, personal FROM auditOrder JOIN audit USING (operationId, entryId)
    WHERE position > ? ORDER BY position LIMIT ?`);
  const insertCursor = database.prepare(`
    INSERT OR IGNORE INTO deliveryCursor (target, position) SELECT ?, coalesce(max(position), 0) FROM auditOrder`);
  const selectCursor = database.prepare('SELECT position FROM deliveryCursor WHERE target = ?');
  const updateCursor = database.prepare('UPDATE deliveryCursor SET position = ? WHERE target = ? AND position < ?');
  return {
    entriesAfter(position: number, limit: number): OrderedEntry[] {
      return selectEntries.all(position, limit).map((row) => {
        return { position: Number(row.position), entry: entryOrNull(() => entryOf(row)) };
      });
    },
    startCursor(target: string): number {
      insertCursor.run(target);
      return Number(selectCursor.get(target)?.position);
    },
    moveCursor(target: string, position: number): void {
      updateCursor.run(position, target, position);
    },
  };
}
