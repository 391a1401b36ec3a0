import type { ClusterScan } from '../ledger/cluster-scan.ts';
import type { ClusterRef } from '../model/association.ts';

/** A cluster, and its last scan; null if it was never scanned. */
export interface KnownScan {
  readonly cluster: ClusterRef;
  readonly last: ClusterScan | null;
}

/**
 * The clusters to scan now, in the order in which to scan them: first those whose last scan did not
 * read everything, because answers have gaps, then those that are scanned again. Each group begins
 * with the clusters that were never scanned, then those whose scan ended the longest time ago.
 *
 * A cluster that can't be read waits for the interval, without precedence. A scan that has not
 * ended within the maximum age of reads reads the same again and may never end: it has no
 * precedence either, so that the others do not wait. Times are milliseconds.
 */
export function dueClusters(
  clusters: readonly KnownScan[],
  now: number,
  { intervalMs, maxAgeMs }: { readonly intervalMs: number; readonly maxAgeMs: number },
): KnownScan[] {
  const rankOf = ({ last }: KnownScan) =>
    last === null || (isUnfinished(last) && now - (last.incompleteSince ?? now) < maxAgeMs) ? 0 : 1;
  return clusters
    .filter(({ last }) => last === null || isUnfinished(last) || last.startedAt <= now - intervalMs)
    .sort((one, other) => rankOf(one) - rankOf(other) || (one.last?.endedAt ?? 0) - (other.last?.endedAt ?? 0));
}

/** Whether the last scan was cut off: no failure ended it, and it did not read everything. */
function isUnfinished({ endedAt, failure, completedAt, startedAt }: ClusterScan): boolean {
  return endedAt === null || (failure === null && (completedAt === null || completedAt < startedAt));
}
