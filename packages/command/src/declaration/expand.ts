import type { Binding, ClusterSelector, Declaration, Desired, Placed } from './declaration.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import type { Problem } from './located.ts';
import { filled, matches } from './template.ts';

/**
 * A cluster that the caller may see, with the namespaces that the inventory lists for it by name.
 */
export interface KnownCluster {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
  readonly environment: string;
  readonly namespaces: readonly string[];
}

/** What a declaration wants: one association for each service account. */
export interface Expanded {
  readonly desired: readonly Desired[];
  readonly problems: readonly Problem[];
}

/** More are a mistake in a selector, or several declarations. */
export const maxAssociations = 100_000;

/**
 * The associations of a declaration, in time linear in their number: what a selector matches is
 * found once. A selector that matches nothing is a problem, because a misspelt one would let
 * --prune delete what it selected before; so are two bindings for one service account.
 */
export function expand({ bindings }: Declaration, clusters: readonly KnownCluster[]): Expanded {
  const select = selection(clusters);
  const found = new Map<string, Desired>();
  const problems: Problem[] = [];
  let size = 0;
  for (const binding of bindings) {
    const selected = clustersOf(binding, select, problems);
    const perCluster = selected.map((cluster) => [cluster, namespacesOf(binding, cluster)] as const);
    problems.push(...unmatchedNamespaces(binding, perCluster));
    size += perCluster.reduce((sum, [, namespaces]) => sum + namespaces.length, 0) * binding.serviceAccounts.length;
    if (size > maxAssociations) return { desired: [], problems: [...problems, tooMany(binding)] };
    for (const [cluster, namespaces] of perCluster) {
      for (const namespace of namespaces) {
        for (const { text: serviceAccount, place } of binding.serviceAccounts) {
          const desired = desiredOf(binding, cluster, namespace, serviceAccount);
          const other = found.get(keyOf(desired));
          if (other) problems.push({ ...place, message: twice(desired, other) });
          else found.set(keyOf(desired), desired);
        }
      }
    }
  }
  return { desired: [...found.values()], problems };
}

function tooMany({ place }: Binding): Problem {
  return { ...place, message: `The declaration has more than ${maxAssociations} associations: split it.` };
}

/** The clusters that any of the bindings selects. */
export function selectedBy(bindings: readonly Binding[], clusters: readonly KnownCluster[]): readonly KnownCluster[] {
  const select = selection(clusters);
  return [...new Set(bindings.flatMap((binding) => binding.clusters.flatMap(select)))];
}

type Select = (selector: ClusterSelector) => readonly KnownCluster[];

/** Finds clusters by selectors, each different selector once. */
function selection(clusters: readonly KnownCluster[]): Select {
  const byName = new Map<string, KnownCluster[]>();
  for (const cluster of clusters) {
    const same = byName.get(cluster.clusterName);
    if (same) same.push(cluster);
    else byName.set(cluster.clusterName, [cluster]);
  }
  const known = new Map<string, readonly KnownCluster[]>();
  return ({ place: _, ...selector }) => {
    const key = JSON.stringify(selector);
    const { clusterName: name } = selector;
    const candidates = name !== null && !name.includes('*') ? (byName.get(name) ?? []) : clusters;
    const selected = known.get(key) ?? candidates.filter((cluster) => isSelected(selector, cluster));
    known.set(key, selected);
    return selected;
  };
}

function isSelected(selector: Omit<ClusterSelector, 'place'>, cluster: KnownCluster): boolean {
  const fields = ['clusterName', 'environment', 'accountId', 'region'] as const;
  return fields.every((field) => selector[field] === null || matches(selector[field], cluster[field]));
}

function clustersOf({ clusters }: Binding, select: Select, problems: Problem[]): readonly KnownCluster[] {
  const selected = clusters.flatMap((selector) => {
    const found = select(selector);
    if (found.length === 0) problems.push({ ...selector.place, message: 'No cluster that you may see matches.' });
    return found;
  });
  return [...new Map(selected.map((cluster) => [clusterKeyOf(cluster), cluster])).values()];
}

/** A name without `*` needs no entry in the inventory: policy decides about it. */
function namespacesOf({ namespaces }: Binding, cluster: KnownCluster): readonly string[] {
  const found = namespaces.flatMap(({ text }) =>
    text.includes('*') ? cluster.namespaces.filter((name) => matches(text, name)) : [text],
  );
  return [...new Set(found)];
}

/** The patterns that match in none of the clusters. */
function unmatchedNamespaces(
  { namespaces }: Binding,
  selected: readonly (readonly [KnownCluster, readonly string[]])[],
): readonly Problem[] {
  const isUnmatched = ({ text }: Placed) =>
    text.includes('*') && !selected.some(([, names]) => names.some((name) => matches(text, name)));
  const message = 'No namespace that the inventory lists by name matches in these clusters.';
  return selected.length === 0 ? [] : namespaces.filter(isUnmatched).map(({ place }) => ({ ...place, message }));
}

function desiredOf(binding: Binding, cluster: KnownCluster, namespace: string, serviceAccount: string): Desired {
  const { accountId, region, clusterName, environment } = cluster;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const values = { ...target, environment };
  return {
    ...target,
    roleArn: filled(binding.roleArn.text, values),
    targetRoleArn: binding.targetRoleArn === null ? null : filled(binding.targetRoleArn.text, values),
    policy: binding.policy?.text ?? null,
    ...binding.settings,
    place: binding.place,
  };
}

function twice({ clusterName, namespace, serviceAccount }: Desired, { place }: Desired): string {
  return `${clusterName}/${namespace}/${serviceAccount} already has a binding: line ${place.line}.`;
}
