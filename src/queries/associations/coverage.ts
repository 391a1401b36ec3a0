import type { ClusterCoverage } from '../../generated/types.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { ClusterScan } from '../../ledger/cluster-scan.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Directory } from '../../policy/inventory/directory.ts';
import { mayListIn } from './discovery.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** How many clusters one read of the store has. */
const batch = 100;

/**
 * What is known of clusters as of a time (milliseconds since the epoch), as far as the principal
 * may list associations in them.
 */
export async function coverageOf(
  directory: Directory,
  reads: Pick<AssociationReads, 'getClusterScans'>,
  viewer: Pick<RequestContext, 'identity' | 'allowsRead' | 'mayViewIn'>,
  clusters: readonly ClusterRef[],
  asOf: number,
): Promise<ClusterCoverage[]> {
  const named = clusters.filter((cluster) => mayListIn(directory, viewer, cluster));
  const batches = Array.from({ length: Math.ceil(named.length / batch) }, (_, index) =>
    named.slice(index * batch, (index + 1) * batch),
  );
  const scans = (await Promise.all(batches.map((some) => reads.getClusterScans(some)))).flat();
  return named.map((cluster, index) => clusterCoverage(cluster, scans[index] ?? null, asOf));
}

/** What a scan tells about a cluster as of a time (milliseconds since the epoch). */
export function clusterCoverage(
  { accountId, region, clusterName }: ClusterRef,
  scan: ClusterScan | null,
  asOf: number,
): ClusterCoverage {
  const first = scan?.firstCompletedAt ?? null;
  const goneAt = scan?.gone?.at ?? null;
  const isGone = goneAt !== null && scan?.missing !== undefined;
  return {
    accountId,
    region,
    clusterName,
    isKnown: first !== null && first <= asOf,
    firstScannedAt: first === null ? null : new Date(first).toISOString(),
    scannedAt: scan?.completedAt ? new Date(scan.completedAt).toISOString() : null,
    // The message of EKS names roles and actions of the gateway.
    failure: isGone ? null : (scan?.failure?.exception ?? null),
    goneSince: isGone && goneAt <= asOf ? new Date(goneAt).toISOString() : null,
  };
}
