import type { ClusterRef } from '../model/association.ts';
import type { InventorySlice } from '../model/decision.ts';
import type { Inventory } from './inventory.ts';
import { namespaceEntries } from './slice.ts';

/** A cluster of the inventory. */
export type RegisteredCluster = NonNullable<InventorySlice['cluster']>;

/** A namespace of the inventory; its name can be a pattern: a prefix and `*`. */
export type RegisteredNamespace = NonNullable<InventorySlice['namespace']>;

/** What the inventory registers, for clients that offer a choice. What a principal may use of it, policy decides. */
export interface Directory {
  readonly clusters: readonly RegisteredCluster[];
  /** The namespaces of a cluster, in the order of the inventory. */
  readonly namespacesOf: (cluster: ClusterRef) => readonly RegisteredNamespace[];
  /** Paths of roles by convention, with `{namespace}` in place of the namespace's name. */
  readonly rolePaths: readonly string[];
}

/** The directory of an inventory. */
export function createDirectory(inventory: Inventory): Directory {
  return {
    clusters: inventory.clusters,
    namespacesOf: () => namespaceEntries(inventory),
    rolePaths: inventory.rolePaths,
  };
}
