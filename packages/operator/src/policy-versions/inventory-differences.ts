import { isDeepStrictEqual } from 'node:util';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { scopeText } from '../../../../src/policy/inventory/scope.ts';

/** The most lines: a generated inventory can differ in thousands of places. */
const maxLines = 100;

/** An entry of an inventory, by its name, such as `namespace payments`. */
type Entries = ReadonlyMap<string, object>;

/**
 * What differs between two inventories, one line each: entries that were added or removed, and the
 * fields that changed in others. Their order and the texts of their files have no meaning.
 */
export function inventoryDifferences(before: Inventory, after: Inventory): readonly string[] {
  const [old, next] = [entriesOf(before), entriesOf(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])];
  const lines = names.flatMap((name) => lineOf(name, old.get(name), next.get(name)) ?? []);
  const more = lines.length - maxLines;
  return more > 0 ? [...lines.slice(0, maxLines), `and ${more} more entries of the inventory`] : lines;
}

function lineOf(name: string, before: object | undefined, after: object | undefined): string | null {
  if (before === undefined) return `${name} added`;
  if (after === undefined) return `${name} removed`;
  const fields = Object.keys({ ...before, ...after }).flatMap((field) => {
    const [old, next] = [before, after].map((entry): unknown => Reflect.get(entry, field));
    return isDeepStrictEqual(old, next) ? [] : [`${field} ${JSON.stringify(old)} becomes ${JSON.stringify(next)}`];
  });
  return fields.length === 0 ? null : `${name} changed: ${fields.join(', ')}`;
}

function entriesOf(inventory: Inventory): Entries {
  const { accounts, clusters, environments, namespaces, services, permissionSets, people, timeZone } = inventory;
  const { systemNamespaces, rolePaths } = inventory;
  const [targetRoleAccounts = []] = clusters.map((cluster) => cluster.targetRoleAccounts);
  const named = (kind: string, names: readonly string[]) => names.map((name) => [`${kind} ${name}`, {}] as const);
  return new Map<string, object>([
    ...accounts.map((one) => [`account ${one.accountId}`, one] as const),
    ...clusters.map(({ targetRoleAccounts: _, ...one }) => [clusterText(one), one] as const),
    ...environments.map((one) => [`environment ${one.name}`, one] as const),
    ...namespaces.map((one) => [`namespace ${[one.name, scopeText(one.scope)].join(' ').trim()}`, one] as const),
    ...named('system namespace', systemNamespaces),
    ...named('role path', rolePaths),
    ...named('target role account', targetRoleAccounts),
    ...services.map((one) => [`service ${one.id}`, one] as const),
    ...permissionSets.map((one) => [`permission set ${one.accountId}/${one.roleName}`, one] as const),
    ...people.map((one) => [`person ${one.id}`, one] as const),
    ['time zone', { timeZone }],
  ]);
}

/** A cluster as it is named in messages. */
export function clusterText({
  accountId,
  region,
  clusterName,
}: Omit<Inventory['clusters'][number], 'targetRoleAccounts'>) {
  return `cluster ${accountId}/${region}/${clusterName}`;
}
