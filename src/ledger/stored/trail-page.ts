import type { AuditEntry } from '../../model/audit.ts';
import { NotAnEntry } from './entry-json.ts';
import { UnsupportedFormat, UnsupportedFormatOnPage } from '../format.ts';
import type { TrailPage, TrailQuery } from '../ledger.ts';
import { isTrailPosition, positionFrom } from '../trail-position.ts';

/** The most entries that one call examines, including those that the filters exclude. */
export const maxExamined = 1_000;

/** The only page of a query without results. */
export const emptyPage: TrailPage = { entries: [], next: null };

/** How many entries a page looks for: one more than it has shows whether another page follows. */
export function soughtEntries({ limit, isProbe = false }: TrailQuery): number {
  return isProbe ? limit : limit + 1;
}

/** An entry that passes the filters of a query, or why it can't be read. */
export interface FoundEntry {
  readonly entryId: string;
  readonly entry: AuditEntry | UnsupportedFormat;
}

/**
 * The result of reading an item as an entry, none if it is not one. Other errors than
 * `UnsupportedFormat` and `NotAnEntry` are thrown.
 */
export function foundEntry(entryId: string, read: () => AuditEntry): FoundEntry[] {
  if (!isTrailPosition(entryId)) return [];
  try {
    return [{ entryId, entry: read() }];
  } catch (error) {
    if (error instanceof UnsupportedFormat) return [{ entryId, entry: error }];
    if (error instanceof NotAnEntry) return [];
    throw error;
  }
}

/** Whether a filter of the query is empty, so that no entry passes it. */
export function excludesEverything({ events, operations, refusalCodes }: TrailQuery): boolean {
  return events?.length === 0 || operations?.length === 0 || refusalCodes?.length === 0;
}

/**
 * The page with the first `limit` of the entries found. It ends before an entry of another format
 * version, so that newer entries can be read. Throws `UnsupportedFormatOnPage` if it would begin
 * with one.
 *
 * @param found entries that pass the filters, newest first; more than `limit` of them mean that
 *   another page follows
 * @param position the oldest id that was examined, also one that is not an entry's; null if the
 *   partition is at its end
 */
export function pageOf(found: readonly FoundEntry[], limit: number, position: string | null): TrailPage {
  const entries: AuditEntry[] = [];
  for (const { entryId, entry } of found.slice(0, limit)) {
    if (entry instanceof UnsupportedFormat) {
      if (entries.length === 0) throw new UnsupportedFormatOnPage(entry, entryId);
      return { entries, next: entries.at(-1)?.entryId ?? null };
    }
    entries.push(entry);
  }
  const next = found.length > limit ? (entries.at(-1)?.entryId ?? null) : position && positionFrom(position);
  return { entries, next };
}
