import type { Ledger, TrailPage } from '../../ledger/ledger.ts';
import { noFilters } from '../../ledger/ledger.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Pages of the trail at most: as many as are read for an association. */
const maxPages = 10;

/** What the end of a cluster is read with. Times are milliseconds since the epoch. */
interface EndReader {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** When reading must end. */
  readonly deadline: number;
}

/**
 * When a cluster of this name was last recorded to be gone, after the oldest of some entries, which
 * are the newest first; null if it was not, or if more entries follow than are examined. What was
 * there before ended with it. Milliseconds since the epoch. Throws `LedgerUnavailable`.
 */
export async function clusterEndedAt(
  { ledger, clock, deadline }: EndReader,
  { accountId, region, clusterName }: ClusterRef,
  entries: readonly AuditEntry[],
): Promise<number | null> {
  const oldest = entries.at(-1);
  if (oldest === undefined) return null;
  const partition = { kind: 'cluster', accountId, region, clusterName } as const;
  const since = Date.parse(oldest.time);
  const query = { ...noFilters, partition, since, events: ['CLUSTER_GONE'], limit: 1 } as const;
  let before: string | null = null;
  for (let pages = 0; pages < maxPages && clock() < deadline; pages += 1) {
    const page: TrailPage = await ledger.readTrail({ ...query, before });
    const [entry] = page.entries;
    if (entry) return Date.parse(entry.time);
    if (page.next === null) return null;
    before = page.next;
  }
  return null;
}
