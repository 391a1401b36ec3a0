import type { ClusterScan, MissingCluster } from '../ledger/cluster-scan.ts';
import type { ClusterRef } from '../model/association.ts';

/** More clusters than these in a run are a wrong role or region rather than deletions. */
const maxGone = 3;

/** What a run of scans knows of the fleet. Times are milliseconds since the epoch. */
export interface FleetScans {
  /** The clusters of the inventory that scans may read. */
  readonly clusters: readonly ClusterRef[];
  /** The progress in them, also of those that this run did not scan. */
  readonly scans: readonly ClusterScan[];
  /** How long after a scan of a cluster the next one begins. Milliseconds. */
  readonly intervalMs: number;
  readonly now: number;
}

/** The clusters that are gone now, and those of which that is not certain. */
export interface GoneClusters {
  readonly gone: readonly Missed[];
  /** EKS does not find them, but people have to look: each has a failure that raises an alarm. */
  readonly held: readonly Missed[];
}

/**
 * Which clusters are gone. Two scans an interval apart, DescribeCluster and the account of the
 * credentials have to agree. A wrong role or region gives the same answers for a whole account, so
 * another cluster of the account and region must have been read since, and at most {@link maxGone}
 * clusters are gone in a run and the interval before it: more are held, all of them.
 */
export function judgeGone({ clusters, scans, intervalMs, now }: FleetScans): GoneClusters {
  const names = new Set(clusters.map(keyOf));
  const served = scans.filter(({ cluster }) => names.has(keyOf(cluster)));
  const missing = served.filter((one) => isMissing(one));
  const proven = missing.filter((one) => isProven(one, intervalMs));
  const beside = missing.filter((one) => hasReadableCluster(one, served));
  const justGone = served.filter(({ gone }) => gone !== undefined && gone.at > now - intervalMs);
  const isBurst = beside.length + justGone.length > maxGone;
  const gone = isBurst ? [] : proven.filter((one) => beside.includes(one));
  return { gone, held: proven.filter((one) => !gone.includes(one)) };
}

/** What is known of a cluster after another scan that did not find it. */
export type Missed = ClusterScan & { readonly missing: MissingCluster };

function isMissing(scan: ClusterScan): scan is Missed {
  return scan.missing !== undefined && scan.gone === undefined && scan.firstCompletedAt !== null;
}

function isProven({ cluster, missing }: Missed, intervalMs: number): boolean {
  const { since, latestAt, isUnknownToEks, callerAccountId } = missing;
  return latestAt - since >= intervalMs && isUnknownToEks && callerAccountId === cluster.accountId;
}

/** Whether a scan of another cluster of the account and region was completed since. */
function hasReadableCluster({ cluster, missing }: Missed, scans: readonly ClusterScan[]): boolean {
  return scans.some(
    (other) =>
      other.cluster.accountId === cluster.accountId &&
      other.cluster.region === cluster.region &&
      other.missing === undefined &&
      other.failure === null &&
      (other.completedAt ?? 0) >= missing.since,
  );
}

function keyOf({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}
