import type { DatabaseSync } from 'node:sqlite';
import { entryOrNull } from '../../../src/ledger/stored/entry-json.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { entryOfItem } from '../../../src/ledger/stored/entry.ts';
import { itemOfText } from './item-text.ts';
import { asPromise } from './file.ts';

/** An entry, and its place in the order of the commits. */
interface OrderedEntry {
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

/** The order of the commits in a file. */
export function sqliteOrder(database: DatabaseSync): AuditOrder {
  const selectEntries = database.prepare(`
    SELECT position, item FROM auditOrder JOIN audit USING (operationId, entryId)
    WHERE position > ? ORDER BY position LIMIT ?`);
  const insertCursor = database.prepare(`
    INSERT OR IGNORE INTO deliveryCursor (target, position) SELECT ?, coalesce(max(position), 0) FROM auditOrder`);
  const selectCursor = database.prepare('SELECT position FROM deliveryCursor WHERE target = ?');
  const updateCursor = database.prepare('UPDATE deliveryCursor SET position = ? WHERE target = ? AND position < ?');
  return {
    entriesAfter: (position, limit) =>
      asPromise(() =>
        selectEntries.all(position, limit).map((row) => {
          const item = itemOfText(String(row.item));
          return { position: Number(row.position), entry: entryOrNull(() => entryOfItem(item)) };
        }),
      ),
    startCursor: (target) =>
      asPromise(() => {
        insertCursor.run(target);
        return Number(selectCursor.get(target)?.position);
      }),
    moveCursor: (target, position) => asPromise(() => void updateCursor.run(position, target, position)),
  };
}
