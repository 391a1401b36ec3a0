import type { ClusterRef } from '../../model/association.ts';
import type { Clock } from '../../runtime/clock.ts';

/** How long a number that was counted is used again: milliseconds. */
const countedMs = 600_000;

/** How many associations clusters have, as counted by this process. */
export interface AssociationCounts {
  readonly find: (cluster: ClusterRef) => number | null;
  readonly remember: (cluster: ClusterRef, count: number) => void;
}

/** Creates {@link AssociationCounts}. `clock` returns milliseconds since the epoch. */
export function makeAssociationCounts(clock: Clock): AssociationCounts {
  const counts = new Map<string, { readonly count: number; readonly until: number }>();
  const keyOf = ({ accountId, region, clusterName }: ClusterRef) => `${accountId}/${region}/${clusterName}`;
  return {
    find: (cluster) => {
      const known = counts.get(keyOf(cluster));
      return known && clock() < known.until ? known.count : null;
    },
    remember: (cluster, count) => {
      counts.set(keyOf(cluster), { count, until: clock() + countedMs });
    },
  };
}
