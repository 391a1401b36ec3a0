import { everywhere } from './scope.ts';
import type { NamespaceScope } from './scope.ts';
import { inventoryHash } from './inventory.ts';
import type { Inventory, InventoryNamespace } from './inventory.ts';

/** The file with the compiled inventory that a build writes next to `inventory.json`. */
export const compiledInventoryFile = 'compiled-inventory.json';

/**
 * A namespace: its name, and what differs from the defaults, in this order; the last ones are left
 * out. Most namespaces have a name and owners only, and are most of a large inventory.
 */
type Row = readonly [
  name: string,
  owners: readonly string[],
  roleArns?: readonly string[],
  system?: boolean | null,
  scope?: NamespaceScope,
];

/**
 * A valid inventory as text, which {@link readCompiledInventory} reads without checking it again.
 */
export function compileInventory(inventory: Inventory): string {
  return JSON.stringify({ ...inventory, namespaces: inventory.namespaces.map(rowOf) });
}

/**
 * Reads an inventory that {@link compileInventory} wrote. Null if it is not that of the text, so
 * that the text must be read instead.
 *
 * @param text of `inventory.json` in UTF-8, whose hash it must have
 */
export function readCompiledInventory(compiled: string, text: Uint8Array): Inventory | null {
  const inventory = decodeInventory(compiled);
  return inventory.hash === inventoryHash(text) ? inventory : null;
}

/** The inventory that {@link compileInventory} wrote. */
export function decodeInventory(compiled: string): Inventory {
  const { namespaces, ...rest } = JSON.parse(compiled) as Omit<Inventory, 'namespaces'> & {
    readonly namespaces: readonly Row[];
  };
  return { ...rest, namespaces: namespaces.map(namespaceOf) };
}

function rowOf({ name, owners, roleArns, system, scope }: InventoryNamespace): Row {
  const isScoped = Object.values(scope).some((value) => value !== null);
  if (isScoped) return [name, owners, roleArns, system, scope];
  if (system !== null) return [name, owners, roleArns, system];
  return roleArns.length > 0 ? [name, owners, roleArns] : [name, owners];
}

const none: readonly string[] = [];

function namespaceOf([name, owners, roleArns = none, system = null, scope = everywhere]: Row): InventoryNamespace {
  return { name, scope, owners, system, roleArns };
}
