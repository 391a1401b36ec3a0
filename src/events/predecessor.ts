import type { TrailReader } from '../ledger/trail.ts';
import type { AuditEntry } from '../model/audit.ts';
import { noFilters } from '../ledger/ledger.ts';
import { chainedEvents } from './event-types.ts';
import { isSelected } from './event.ts';

/** Entries per page of an operation; nearly all operations have fewer events. */
const pageSize = 100;

/** How far the clocks of two lease holders can differ, with a large margin. Milliseconds. */
const clockMarginMs = 600_000;

/**
 * The `entryId` of the event before that of an entry in the same operation; null if it is the
 * first. Throws `LedgerUnavailable`.
 *
 * The order is by lease, then by id. All entries of an operation except LATE_SUCCESS are written by
 * its lease holder, under the condition that it still has the lease, so this is the order of
 * writing regardless of the clocks of lease holders: when an entry is stored, all before it are,
 * and no entry is added between them later. A LATE_SUCCESS is written by a lease holder that lost
 * the lease. It follows the last event up to its lease, and nothing follows it. So the answer is
 * the same in a repetition and in a replay.
 */
export async function predecessorOf(ledger: TrailReader, entry: AuditEntry): Promise<string | null> {
  if (!isChained(entry)) return null;
  const partition = { kind: 'operation', operationId: entry.operationId } as const;
  const until = Date.parse(entry.time) + clockMarginMs;
  const query = { partition, ...noFilters, until, events: chainedEvents, limit: pageSize } as const;
  let last: AuditEntry | null = null;
  let before: string | null = null;
  do {
    const page = await ledger.readTrail({ ...query, before });
    for (const other of page.entries) {
      if (other.event === 'LATE_SUCCESS' || !isChained(other) || !isBefore(other, entry)) continue;
      if (last === null || isBefore(last, other)) last = other;
    }
    before = page.next;
  } while (before !== null);
  return last?.entryId ?? null;
}

function isChained(entry: AuditEntry): boolean {
  return chainedEvents.includes(entry.event) && isSelected(entry, 0);
}

/** Entries without a lease are older than those of a lease holder. */
function isBefore(one: AuditEntry, other: AuditEntry): boolean {
  const [left, right] = [one.fence ?? 0, other.fence ?? 0];
  if (left !== right) return left < right;
  // A lease holder writes a LATE_SUCCESS last, though its clock may have been set back.
  if (other.event === 'LATE_SUCCESS') return one.entryId !== other.entryId;
  return one.entryId < other.entryId;
}
