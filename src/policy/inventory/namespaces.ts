import type { InventorySlice } from '../../model/decision.ts';
import { findBy } from './find-by.ts';
import type { Inventory, InventoryNamespace } from './inventory.ts';
import { rolePathOf } from './role-paths.ts';
import { everywhere, scopeText } from './scope.ts';
import type { LocatedCluster, NamespaceScope } from './scope.ts';

/** A namespace of the inventory as policies see it; its name can be a pattern. */
export type DescribedNamespace = NonNullable<InventorySlice['namespace']>;

/**
 * A namespace in a cluster. The entry with exactly this name decides, else the one with the longest
 * pattern that matches; of entries with the same name the narrowest scope: cluster, account,
 * environment, everywhere. Without an entry it has no owners. The time does not depend on the
 * number of entries.
 */
export function namespaceIn(inventory: Inventory, cluster: LocatedCluster, name: string): DescribedNamespace {
  for (const candidate of namesFor(name)) {
    const entry = entryOf(inventory, cluster, candidate);
    if (entry !== null) return described(inventory, name, entry);
  }
  return described(inventory, name, null);
}

/**
 * The entries of the inventory for a cluster, in its order, without those that a narrower scope
 * replaces.
 */
export function entriesIn(inventory: Inventory, cluster: LocatedCluster): readonly InventoryNamespace[] {
  return inventory.namespaces.filter((entry) => entryOf(inventory, cluster, entry.name) === entry);
}

/** The first of {@link entriesIn} with a property; null if there is none. */
export function firstEntryIn(
  inventory: Inventory,
  cluster: LocatedCluster,
  hasProperty: (entry: InventoryNamespace) => boolean,
): InventoryNamespace | null {
  const found = inventory.namespaces.find(
    (entry) => hasProperty(entry) && entryOf(inventory, cluster, entry.name) === entry,
  );
  return found ?? null;
}

/** An entry as policies see a namespace that has its name or pattern as name. */
export function describedEntry(inventory: Inventory, entry: InventoryNamespace): DescribedNamespace {
  return described(inventory, entry.name, entry);
}

/** The scopes that include a cluster, the narrowest first. */
export function scopesOf({ accountId, region, clusterName, environment }: LocatedCluster): readonly NamespaceScope[] {
  return [
    { ...everywhere, accountId, region, clusterName },
    { ...everywhere, accountId },
    { ...everywhere, environment },
    everywhere,
  ];
}

/** Its own name, then the patterns that match it, the longest first. */
function namesFor(name: string): readonly string[] {
  const patterns = Array.from({ length: name.length + 1 }, (_, index) => `${name.slice(0, name.length - index)}*`);
  return [name, ...patterns];
}

const findEntry = findBy<InventoryNamespace>(({ name, scope }) => [keyOf(name, scope)]);

/**
 * A name or pattern contains no space. Most entries apply everywhere: their key is the name itself,
 * which needs no new text.
 */
function keyOf(name: string, scope: NamespaceScope): string {
  const place = scopeText(scope);
  return place === '' ? name : `${name} ${place}`;
}

/** The entry with this name or pattern and the narrowest scope that includes the cluster. */
function entryOf(inventory: Inventory, cluster: LocatedCluster, name: string): InventoryNamespace | null {
  for (const scope of scopesOf(cluster)) {
    const entry = findEntry(inventory.namespaces, keyOf(name, scope));
    if (entry !== null) return entry;
  }
  return null;
}

function described(inventory: Inventory, name: string, entry: InventoryNamespace | null): DescribedNamespace {
  return {
    name,
    owners: entry?.owners ?? [],
    system: entry?.system ?? inventory.systemNamespaces.some((pattern) => matches(pattern, name)),
    rolePaths: inventory.rolePaths.map((path) => rolePathOf(path, name)),
    roleArns: entry?.roleArns ?? [],
  };
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
