import type { AssociationTarget, ClusterRef } from '../../model/association.ts';
import type { InventorySlice } from '../../model/decision.ts';
import { clusterIn } from './inventory.ts';
import type { Inventory, InventoryNamespace } from './inventory.ts';
import { parseRoleArn } from '../../validation/role-arns.ts';
import { describedEntry, entriesIn, firstEntryIn, namespaceIn, scopesOf } from './namespaces.ts';
import type { DescribedNamespace } from './namespaces.ts';
import { scopeText } from './scope.ts';

/** A cluster of the inventory. */
export type RegisteredCluster = NonNullable<InventorySlice['cluster']>;

/** A namespace of the inventory; its name can be a pattern: a prefix and `*`. */
export type RegisteredNamespace = DescribedNamespace;

/**
 * What the inventory registers, for clients that offer a choice. What a principal may use of it,
 * policy decides.
 */
export interface Directory {
  readonly clusters: readonly RegisteredCluster[];
  /**
   * The namespaces of a cluster, in the order of the inventory; empty for a cluster that is not
   * registered.
   */
  readonly namespacesOf: (cluster: ClusterRef) => readonly RegisteredNamespace[];
  /** The first of them with owners, found without the list; null if there is none. */
  readonly ownedNamespaceIn: (cluster: ClusterRef) => RegisteredNamespace | null;
  /** Paths of roles by convention, with `{namespace}` in place of the namespace's name. */
  readonly rolePaths: readonly string[];
  /**
   * Whether a role is one of a namespace: by its path, or because the inventory allows the
   * namespace to use it.
   */
  readonly isRoleOf: (namespace: Omit<AssociationTarget, 'serviceAccount'>, roleArn: string) => boolean;
}

/**
 * The directory of an inventory. Lists are kept. Clusters in the same scopes share one, and lists
 * share their namespaces: otherwise 10,000 clusters with 1,000 namespaces each would take
 * gigabytes.
 */
export function makeDirectory(inventory: Inventory): Directory {
  let known: ReadonlySet<string> | null = null;
  const scopes = () => (known ??= new Set(inventory.namespaces.map(({ scope }) => scopeText(scope))));
  const lists = new Map<string, readonly RegisteredNamespace[]>();
  const described = new Map<InventoryNamespace, RegisteredNamespace>();
  const describe = (entry: InventoryNamespace): RegisteredNamespace => {
    const namespace = described.get(entry) ?? describedEntry(inventory, entry);
    described.set(entry, namespace);
    return namespace;
  };
  return {
    clusters: inventory.clusters,
    namespacesOf: (ref) => {
      const cluster = clusterIn(inventory, ref);
      if (cluster === null) return [];
      const key = JSON.stringify(
        scopesOf(cluster)
          .map(scopeText)
          .filter((scope) => scopes().has(scope)),
      );
      const namespaces = lists.get(key) ?? entriesIn(inventory, cluster).map(describe);
      lists.set(key, namespaces);
      return namespaces;
    },
    ownedNamespaceIn: (ref) => {
      const cluster = clusterIn(inventory, ref);
      const owned = cluster && firstEntryIn(inventory, cluster, ({ owners }) => owners.length > 0);
      return owned && describe(owned);
    },
    rolePaths: inventory.rolePaths,
    isRoleOf: (ref, roleArn) => {
      const cluster = clusterIn(inventory, ref);
      const path = parseRoleArn(roleArn)?.path;
      if (cluster === null || path === undefined) return false;
      const { rolePaths, roleArns } = namespaceIn(inventory, cluster, ref.namespace);
      return rolePaths.includes(path) || roleArns.includes(roleArn);
    },
  };
}
