import type { ClusterRef } from '../model/association.ts';
import type { InventorySlice } from '../model/decision.ts';
import { clusterIn } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import { namespacesIn } from './namespaces.ts';
import type { DescribedNamespace } from './namespaces.ts';

/** A cluster of the inventory. */
export type RegisteredCluster = NonNullable<InventorySlice['cluster']>;

/** A namespace of the inventory; its name can be a pattern: a prefix and `*`. */
export type RegisteredNamespace = DescribedNamespace;

/** What the inventory registers, for clients that offer a choice. What a principal may use of it, policy decides. */
export interface Directory {
  readonly clusters: readonly RegisteredCluster[];
  /** The namespaces of a cluster, in the order of the inventory; empty for a cluster that is not registered. */
  readonly namespacesOf: (cluster: ClusterRef) => readonly RegisteredNamespace[];
  /** Paths of roles by convention, with `{namespace}` in place of the namespace's name. */
  readonly rolePaths: readonly string[];
}

/** The directory of an inventory. */
export function createDirectory(inventory: Inventory): Directory {
  const perCluster = new Map<RegisteredCluster, readonly RegisteredNamespace[]>();
  return {
    clusters: inventory.clusters,
    namespacesOf: (ref) => {
      const cluster = clusterIn(inventory, ref);
      if (cluster === null) return [];
      const namespaces = perCluster.get(cluster) ?? namespacesIn(inventory, cluster);
      perCluster.set(cluster, namespaces);
      return namespaces;
    },
    rolePaths: inventory.rolePaths,
  };
}
