import type { AuditEntry } from '../model/audit.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';

/** The most entries that one call examines, including those that the filters exclude. */
export const maxExamined = 1_000;

/** The only page of a query without results. */
export const emptyPage: TrailPage = { entries: [], next: null };

/** Whether a filter of the query is empty, so that no entry passes it. */
export function excludesEverything({ events, operations }: TrailQuery): boolean {
  return events?.length === 0 || operations?.length === 0;
}

/**
 * The page with the first `limit` of the entries found.
 *
 * @param found entries that pass the filters, newest first; more than `limit` of them mean that another page follows
 * @param position the oldest position that was examined; null if the partition is at its end
 */
export function pageOf(found: readonly AuditEntry[], limit: number, position: string | null): TrailPage {
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? (entries.at(-1)?.entryId ?? null) : position };
}
