import { clusterKey } from '../api/cluster-key.ts';
import type { FleetPageQuery } from '../generated/fleet.ts';

/** What is known of a cluster. */
export type ClusterCoverage = NonNullable<FleetPageQuery['associations']>['coverage'][number];

/** What is known of the clusters of a list. */
export interface CoverageSummary {
  readonly clusters: number;
  /** Not scanned completely before: what the list has of them is not all that there is. */
  readonly notKnown: readonly ClusterCoverage[];
  /** Known, but the last scan could not read them: changes since are not known. */
  readonly failed: readonly ClusterCoverage[];
  /** EKS does not have them any more. */
  readonly gone: readonly ClusterCoverage[];
  /** When the scan began that was completed the longest time ago; null without one. */
  readonly oldestScanAt: string | null;
}

/** Each cluster once, also if several pages cover it. */
export function summaryOf(coverage: readonly ClusterCoverage[]): CoverageSummary {
  const all = [...new Map(coverage.map((one) => [clusterKey(one), one])).values()];
  const scans = all
    .map(({ scannedAt, goneSince }) => (goneSince === null ? scannedAt : null))
    .filter((at) => at !== null);
  return {
    clusters: all.length,
    notKnown: all.filter(({ isKnown }) => !isKnown),
    failed: all.filter(({ isKnown, failure }) => isKnown && failure !== null),
    gone: all.filter(({ goneSince }) => goneSince !== null),
    oldestScanAt: scans.toSorted()[0] ?? null,
  };
}
