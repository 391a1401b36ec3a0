import type { StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import type { Report } from './findings.ts';

/** How many entries wait for a leaf outside the order. */
const mostWaiting = 10_000;

/**
 * Entries that have no leaf in the order of the log, although it has later ones: the leaf of a
 * straggler can follow, at any place. What is left at the end was inserted.
 */
export function makeUnmatched(report: Report) {
  const waiting = new Map<string, StoredEntry>();
  const inserted = (id: string) =>
    report('INSERTED', `Entry ${id} is not in the log, which has entries that were made later: it was inserted.`);
  return {
    add(entry: StoredEntry): void {
      if (waiting.size < mostWaiting) waiting.set(auditEntryId(entry), entry);
      else inserted(auditEntryId(entry));
    },
    /** The entry with an id, which no longer waits then. */
    take(id: string): StoredEntry | null {
      const entry = waiting.get(id) ?? null;
      waiting.delete(id);
      return entry;
    },
    end(): void {
      for (const id of waiting.keys()) inserted(id);
    },
  };
}
