import type { PolicySet } from '../../../../src/policy/policies/compile.ts';
import type { Inventory, InventoryNamespace } from '../../../../src/policy/inventory/inventory.ts';
import { includes, scopeText } from '../../../../src/policy/inventory/scope.ts';
import type { NamespaceScope } from '../../../../src/policy/inventory/scope.ts';

/**
 * What is valid in policies and inventory but probably not meant: an environment, cluster or
 * account of a rule that the inventory lacks, and entries of namespaces of which one overrides the
 * other for some names or clusters.
 */
export function warningsOf(policySet: PolicySet, inventory: Inventory): readonly string[] {
  return [
    ...unknownEnvironments(policySet, inventory),
    ...unknownPlaces(policySet, inventory),
    ...unlistedEnvironments(inventory),
    ...overlappingPatterns(inventory),
    ...crossingScopes(inventory),
  ];
}

function unknownEnvironments({ policies }: PolicySet, { clusters }: Inventory): readonly string[] {
  const known = [...new Set(clusters.map(({ environment }) => environment))];
  return Object.entries(policies).flatMap(([id, policy]) =>
    [...new Set(environmentsIn(policy))]
      .filter((name) => !known.includes(name))
      .map(
        (name) => `${id}: no cluster has the environment "${name}"; the inventory has ${known.join(', ') || 'none'}.`,
      ),
  );
}

/** The texts that a part of a policy's JSON compares with the attribute `environment`. */
function environmentsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { left, right } = part as { readonly left?: unknown; readonly right?: unknown };
  const compared = isEnvironment(left) ? textsIn(right) : isEnvironment(right) ? textsIn(left) : [];
  return [...compared, ...Object.values(part).flatMap(environmentsIn)];
}

function isEnvironment(part: unknown): boolean {
  const { '.': access } = (part ?? {}) as { readonly '.'?: { readonly attr?: unknown } };
  return access?.attr === 'environment';
}

function textsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { Value: value } = part as { readonly Value?: unknown };
  return typeof value === 'string' ? [value] : Object.values(part).flatMap(textsIn);
}

/** Environments of which the inventory does not say whether they are production. */
function unlistedEnvironments({ clusters, environments }: Inventory): readonly string[] {
  const listed = new Set(environments.map(({ name }) => name));
  return [...new Set(clusters.map(({ environment }) => environment))]
    .filter((name) => !listed.has(name))
    .map((name) => `clusters: "${name}" is not under environments, so it counts as production.`);
}

/** Ids of clusters and accounts that a rule names and the inventory lacks. */
function unknownPlaces({ policies }: PolicySet, { accounts, clusters }: Inventory): readonly string[] {
  const known = new Set([
    ...accounts.map(({ accountId }) => `Account::"${accountId}"`),
    ...clusters.map(({ accountId, region, clusterName }) => `Cluster::"${accountId}/${region}/${clusterName}"`),
  ]);
  return Object.entries(policies).flatMap(([id, policy]) =>
    [...new Set(placesIn(policy))]
      .filter((place) => !known.has(place))
      .map((place) => `${id}: the inventory does not list PodIdentity::${place}.`),
  );
}

/**
 * The clusters and accounts in a part of a policy's JSON, as Cedar writes them, without the name of
 * the schema.
 */
function placesIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { type, id } = part as { readonly type?: unknown; readonly id?: unknown };
  if (typeof id === 'string' && (type === 'PodIdentity::Cluster' || type === 'PodIdentity::Account')) {
    return [`${type.slice('PodIdentity::'.length)}::"${id}"`];
  }
  return Object.values(part).flatMap(placesIn);
}

/**
 * Patterns of which one decides for some of the names that the other matches too, in at least one
 * cluster.
 */
function overlappingPatterns({ namespaces, clusters }: Inventory): readonly string[] {
  const byName = Map.groupBy(namespaces, ({ name }) => name);
  // "*" alone is meant for all other names.
  const patterns = namespaces.filter(({ name }) => name.endsWith('*') && name !== '*');
  return patterns.flatMap((special) =>
    shorterPatterns(special.name)
      .flatMap((name) => byName.get(name) ?? [])
      .filter((general) => meet(special.scope, general.scope, clusters))
      .map((general) => `namespaces: ${named(special)} overrides ${named(general)} for the names that both match.`),
  );
}

/**
 * Entries of the same name, one for an account and one for an environment, that both include a
 * cluster.
 */
function crossingScopes({ namespaces, clusters }: Inventory): readonly string[] {
  return [...Map.groupBy(namespaces, ({ name }) => name).values()].flatMap((entries) => {
    const ofAccounts = entries.filter(({ scope }) => scope.accountId !== null && scope.clusterName === null);
    const ofEnvironments = entries.filter(({ scope }) => scope.environment !== null);
    return ofAccounts.flatMap((one) =>
      ofEnvironments
        .filter((other) => meet(one.scope, other.scope, clusters))
        .map((other) => `namespaces: ${named(one)} overrides ${named(other)} in the clusters that both include.`),
    );
  });
}

/** The patterns other than `*` that match all names of a pattern. */
function shorterPatterns(pattern: string): readonly string[] {
  const prefix = pattern.slice(0, -1);
  return Array.from({ length: Math.max(0, prefix.length - 1) }, (_, index) => `${prefix.slice(0, index + 1)}*`);
}

function meet(one: NamespaceScope, other: NamespaceScope, clusters: Inventory['clusters']): boolean {
  if (scopeText(one) === '' || scopeText(other) === '') return true;
  return clusters.some((cluster) => includes(one, cluster) && includes(other, cluster));
}

function named({ name, scope }: InventoryNamespace): string {
  return scopeText(scope) === '' ? `"${name}"` : `"${name}" of ${scopeText(scope)}`;
}
