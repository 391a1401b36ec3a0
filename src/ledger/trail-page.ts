import type { AuditEntry } from '../model/audit.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';

/** The most entries that one call examines, those included that the query's filters leave out. */
export const maxExamined = 1_000;

export const emptyPage: TrailPage = { entries: [], next: null };

/** Whether the filters of a query let no entry pass. */
export function letsNothingPass({ events, operations }: TrailQuery): boolean {
  return events?.length === 0 || operations?.length === 0;
}

/**
 * The page of what was found.
 *
 * @param found entries that pass, newest first; more than `limit` of them show that the page is not the last
 * @param goOn position below all that was examined; null when nothing is left there
 */
export function pageOf(found: readonly AuditEntry[], limit: number, goOn: string | null): TrailPage {
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? (entries.at(-1)?.entryId ?? null) : goOn };
}
