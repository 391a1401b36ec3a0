import type { ClusterScan, ObservationStore } from '../ledger/cluster-scan.ts';
import type { ClusterRef } from '../model/association.ts';
import type { Clock } from '../runtime/clock.ts';
import { maxScanMs } from './sights.ts';
import type { ReadTimes } from './sights.ts';

/** What leases of clusters work with. */
interface ClusterLeasePorts {
  readonly observations: Pick<ObservationStore, 'putClusterScan'>;
  readonly clock: Clock;
  readonly times: ReadTimes;
}

/** The lease of a scan on a cluster. The methods throw `LedgerUnavailable`. */
export interface ClusterLease {
  /** The progress of the scan, as it is once the lease is taken. */
  readonly scan: ClusterScan;
  /** Takes the lease, once. False if another run has scanned the cluster since its progress was read. */
  take(): Promise<boolean>;
  /** Records how the scan ended, and returns that; null if another run has scanned the cluster since. */
  end(ended: Omit<ClusterScan, 'leaseUntil' | 'endedAt'>): Promise<ClusterScan | null>;
}

/**
 * The lease of a cluster; null if another run has it. It ends when no clock shows a time before the
 * deadline of the run: after a killed run, the cluster must not wait.
 *
 * A scan that finds nothing to read or to repair never takes it: its end is one write on the
 * condition that no other run has scanned the cluster meanwhile. That write keeps the `leaseUntil`
 * of the scan before, which is over: it is the range key of the item's index, where a new value
 * costs a second write unit.
 */
export function clusterLease(
  { observations, clock, times }: ClusterLeasePorts,
  ref: ClusterRef,
  last: ClusterScan | null,
  deadline: number,
): ClusterLease | null {
  const now = clock();
  if (last !== null && last.leaseUntil > now) return null;
  const { accountId, region, clusterName } = ref;
  const scan: ClusterScan = {
    endedAt: null,
    completedAt: null,
    firstCompletedAt: null,
    failure: null,
    ...last,
    incompleteSince: last?.incompleteSince ?? now,
    cluster: { accountId, region, clusterName },
    fence: (last?.fence ?? 0) + 1,
    leaseUntil: Math.min(deadline + times.clockErrorMs, now + maxScanMs),
    startedAt: now,
  };
  let taken: Promise<boolean> | undefined;
  return {
    scan,
    take: () => (taken ??= observations.putClusterScan(last?.fence ?? 0, scan)),
    async end(ended) {
      const endedAt = clock();
      const isTaken = taken !== undefined;
      const next = { ...ended, endedAt, leaseUntil: isTaken ? endedAt : (last?.leaseUntil ?? endedAt) };
      return (await observations.putClusterScan(isTaken ? scan.fence : (last?.fence ?? 0), next)) ? next : null;
    },
  };
}
