import { clusterKeyOf } from './declaration.ts';
import type { KnownCluster } from './expand.ts';
import type { WrittenCluster } from './fold.ts';
import { maxItems, selectorOf } from './write.ts';
import type { WrittenSelector } from './write.ts';

/** A selector, with the clusters that it takes today. */
export interface InferredSelector {
  readonly selector: WrittenSelector;
  readonly clusters: readonly KnownCluster[];
}

/** Finds selectors of clusters, and keeps those that it found. */
export interface SelectorInference {
  /** Selectors that take exactly these clusters today, and others like them tomorrow. */
  readonly selectorsOf: (clusters: readonly WrittenCluster[]) => readonly WrittenSelector[];
  readonly inferred: () => readonly InferredSelector[];
}

/**
 * Infers selectors from all clusters that the caller may see. A selector that takes one cluster
 * more than those of a binding, or only one, is not used.
 */
export function inferSelectors(known: readonly KnownCluster[]): SelectorInference {
  const candidates = new Map<string, InferredSelector & { readonly clusters: KnownCluster[] }>();
  const keysOf = new Map<string, readonly string[]>();
  for (const cluster of known) {
    const selectors = candidatesOf(cluster).map((selector) => ({ selector, key: JSON.stringify(selector) }));
    keysOf.set(
      clusterKeyOf(cluster),
      selectors.map(({ key }) => key),
    );
    for (const { selector, key } of selectors) {
      const candidate = candidates.get(key);
      if (candidate) candidate.clusters.push(cluster);
      else candidates.set(key, { selector, clusters: [cluster] });
    }
  }
  const used = new Map<string, InferredSelector>();
  const selectorsOf = (clusters: readonly WrittenCluster[]) => {
    const counts = new Map<string, number>();
    for (const key of clusters.flatMap((cluster) => keysOf.get(identityOf(cluster)) ?? []))
      counts.set(key, (counts.get(key) ?? 0) + 1);
    const exact = [...counts].flatMap(([key, count]) => {
      const candidate = candidates.get(key);
      return candidate && count > 1 && candidate.clusters.length === count ? [candidate] : [];
    });
    const { taken, others } = cover(clusters, exact);
    if (taken.length + others.length > maxItems) return clusters.map(selectorOf);
    for (const one of taken) used.set(JSON.stringify(one.selector), one);
    return [...taken.map(({ selector }) => selector), ...others.map(selectorOf)];
  };
  const inferred = () => [...used].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
  return { selectorsOf, inferred };
}

/** Takes the selectors of most clusters first, of equal ones those with the fewest fields. */
function cover(clusters: readonly WrittenCluster[], exact: readonly InferredSelector[]) {
  const open = new Map(clusters.map((cluster) => [identityOf(cluster), cluster]));
  const sorted = [...exact].sort(
    (one, other) =>
      other.clusters.length - one.clusters.length || fieldCount(one.selector) - fieldCount(other.selector),
  );
  const taken = sorted.filter((one) => {
    const keys = one.clusters.map(clusterKeyOf).filter((key) => open.has(key));
    if (keys.length < 2) return false;
    for (const key of keys) open.delete(key);
    return true;
  });
  return { taken, others: [...open.values()] };
}

const fields = ['environment', 'accountId', 'region'] as const;

const subsets = fields.reduce<readonly (readonly (typeof fields)[number][])[]>(
  (before, field) => before.flatMap((names) => [[...names, field], names]),
  [[]],
);

/** The selectors that take a cluster, by its fields and the beginning of its name. All clusters come last. */
function candidatesOf(cluster: KnownCluster): readonly WrittenSelector[] {
  const { clusterName } = cluster;
  const patterns = [...clusterName.matchAll(/[-_]/g)].map(({ index }) => `${clusterName.slice(0, index + 1)}*`);
  const selectors = [null, ...patterns.reverse()].flatMap((pattern) =>
    subsets.map((names) => selectorWith(cluster, pattern, names)),
  );
  return [...selectors.filter((selector) => selector !== '*'), '*'];
}

function selectorWith(cluster: KnownCluster, pattern: string | null, names: (typeof subsets)[number]): WrittenSelector {
  if (names.length === 0) return pattern ?? '*';
  const name = pattern === null ? [] : [['clusterName', pattern] as const];
  return Object.fromEntries([...name, ...names.map((field) => [field, cluster[field]] as const)]);
}

function fieldCount(selector: WrittenSelector): number {
  return typeof selector === 'string' ? 1 : Object.keys(selector).length;
}

function identityOf({ accountId = '', region = '', clusterName }: WrittenCluster): string {
  return clusterKeyOf({ accountId, region, clusterName });
}
