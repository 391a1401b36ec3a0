import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { ClusterRef } from '../../src/model/association.ts';

/** Stores the progress of a scan that listed so many associations of the cluster. */
export async function storeListed(
  observations: ObservationStore,
  cluster: ClusterRef,
  associations: number,
): Promise<void> {
  const at = Date.parse('2020-01-01T12:00:00Z');
  const times = { startedAt: at, endedAt: at, completedAt: at, firstCompletedAt: at, incompleteSince: null };
  const scan = { cluster, fence: 1, leaseUntil: at, ...times, failure: null, listed: { associations, at } };
  if (!(await observations.putClusterScan(0, scan))) throw new Error('It is stored already.');
}
