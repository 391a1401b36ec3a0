import type { Cluster } from './cluster.ts';
import { clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** A cluster and the time when the simulator learned of it. */
export interface KnownCluster {
  readonly cluster: Cluster;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The clusters of the world, and those added later. */
export interface Clusters {
  /** Adds a cluster, or replaces the one of the same account, region and name. */
  readonly add: (cluster: Cluster) => void;
  /** False for an unknown cluster. Its associations are kept, but can't be reached. */
  readonly remove: (cluster: ClusterRef) => boolean;
  readonly all: () => readonly Cluster[];
  readonly find: (cluster: ClusterRef) => KnownCluster | null;
}

/** Starts with the given clusters. `clock` returns milliseconds since the epoch. */
export function openClusters(initial: readonly Cluster[], clock: () => number): Clusters {
  const known = new Map<string, KnownCluster>();
  const find = (cluster: ClusterRef) => known.get(clusterKey(cluster)) ?? null;
  const add = (cluster: Cluster) => {
    known.set(clusterKey(cluster), { cluster, createdAt: find(cluster)?.createdAt ?? clock() });
  };
  initial.forEach(add);
  const remove = (cluster: ClusterRef) => known.delete(clusterKey(cluster));
  return { add, remove, find, all: () => [...known.values()].map(({ cluster }) => cluster) };
}
