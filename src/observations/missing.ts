import type { EksFor } from '../eks/eks.ts';
import type { ClusterScan, GoneCluster, MissingCluster } from '../ledger/cluster-scan.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterScanResult } from './scan-cluster.ts';

/** How long the reads of a cluster that was not found may take. Milliseconds. */
const readMs = 10_000;

/** What the progress says of a cluster that EKS does not find. */
interface Absence {
  readonly missing?: MissingCluster;
  readonly gone?: GoneCluster;
}

/**
 * What is known, after a scan of a cluster, of EKS not finding it. Only `ResourceNotFoundException`
 * counts: any other failure, such as AccessDenied, begins the count again. From the second such
 * scan on, an interval after the first, asks EKS and AWS STS too. A list that was read proves that
 * the cluster exists; until then, one that is gone stays so.
 */
export async function absenceAfter(
  { clock }: { readonly clock: Clock },
  eksFor: EksFor,
  lease: ClusterScan,
  { presence }: ClusterScanResult,
  { intervalMs, deadline }: { readonly intervalMs: number; readonly deadline: number },
): Promise<Absence> {
  const { startedAt, firstCompletedAt, missing, gone } = lease;
  const kept = gone === undefined ? {} : { gone, ...(missing && { missing }) };
  if (presence === 'listed') return {};
  if (presence === 'unknown' || firstCompletedAt === null) return kept;
  const since = missing?.since ?? startedAt;
  const first = { since, latestAt: startedAt, isUnknownToEks: false, callerAccountId: null };
  if (gone !== undefined || startedAt - since < intervalMs) return { ...kept, missing: first };
  const eks = eksFor(lease.cluster);
  const bounds = { deadline: Math.min(deadline, clock() + readMs) };
  const [described, caller] = await Promise.all([eks.describeCluster(bounds), eks.callerAccount(bounds)]);
  const isUnknownToEks = described.kind === 'absent';
  return { missing: { ...first, isUnknownToEks, callerAccountId: caller.kind === 'found' ? caller.accountId : null } };
}

/** Whether it is certain that a cluster is gone, and no scan has read its list since. */
export function isGone({ missing, gone }: Absence): boolean {
  return missing !== undefined && gone !== undefined;
}
