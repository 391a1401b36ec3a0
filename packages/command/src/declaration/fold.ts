import type { Target } from './declaration.ts';
import { groupBy } from './grouped.ts';
import { candidatesOf, chosenTemplates } from './infer-templates.ts';
import { canonicalJson } from './states.ts';
import type { Stated } from './states.ts';
import { placeholdersIn, replaced } from './template.ts';
import type { PlaceholderName } from './template.ts';

/** An association to write into a declaration. */
export interface Written {
  readonly target: Omit<Target, 'accountId' | 'region'> & Partial<Target>;
  readonly state: Stated;
  /** Of its cluster; absent if it is not known, so that no template has it. */
  readonly environment?: string | undefined;
}

/** What is known of the cluster of an association. */
export interface WrittenCluster {
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  readonly clusterName: string;
  readonly environment: string | undefined;
}

/** A binding to write: each of its lists is sorted and has no item twice. */
export interface Folded {
  /** Its ARNs are templates. */
  readonly state: Stated;
  readonly clusters: readonly WrittenCluster[];
  readonly namespaces: readonly string[];
  readonly serviceAccounts: readonly string[];
}

/** A binding while it is folded: clusters by their keys. */
interface Box {
  readonly state: Stated;
  readonly clusters: readonly string[];
  readonly serviceAccounts: readonly string[];
  readonly namespaces: readonly string[];
}

/**
 * Clusters come first: then an exception in some of them divides a binding by its service accounts,
 * of which there are fewer.
 */
const dimensions = ['clusters', 'serviceAccounts', 'namespaces'] as const;

/**
 * The bindings that stand for exactly these associations, whose service accounts differ. They
 * depend on the set alone, not on its order. A placeholder is used only where the bindings of its
 * template have at least two values for it.
 */
export function fold(written: readonly Written[]): readonly Folded[] {
  const clusters = new Map(written.map((one) => [clusterKeyOf(one), clusterOf(one)]));
  const boxes = sortedBy(written.map(boxOf), placeOf);
  const folded = groupsOf(boxes, settingsKeyOf).flatMap((same) => foldGroup(same, clusters));
  return sortedBy(folded, placeOf).map((box) => ({
    state: box.state,
    clusters: box.clusters.flatMap((key) => clusters.get(key) ?? []),
    namespaces: box.namespaces,
    serviceAccounts: box.serviceAccounts,
  }));
}

type Clusters = ReadonlyMap<string, WrittenCluster>;

/** Folds associations of equal settings and tags. Each round but the last has fewer bindings. */
function foldGroup(units: readonly Box[], clusters: Clusters): readonly Box[] {
  let boxes = mergeByTemplates(proven(withTemplates(units, clusters), clusters));
  for (;;) {
    const next = mergeByTemplates(proven(joined(boxes, clusters), clusters));
    if (next.length === boxes.length) return next;
    boxes = next;
  }
}

function withTemplates(units: readonly Box[], clusters: Clusters): readonly Box[] {
  const templatesOf = (name: 'roleArn' | 'targetRoleArn') =>
    chosenTemplates(
      units.map((box) => {
        const arn = box.state[name];
        return arn === null ? [] : candidatesOf(arn, (placeholder) => valuesOf(box, placeholder, clusters)[0]);
      }),
    );
  const [roleArns, targetRoleArns] = [templatesOf('roleArn'), templatesOf('targetRoleArn')];
  return units.map((box, index) => {
    const { roleArn, targetRoleArn } = box.state;
    return stating(box, roleArns[index] ?? roleArn, targetRoleArns[index] ?? targetRoleArn);
  });
}

/** Replaces placeholders by their values, in templates for which there is one value only. */
function proven(boxes: readonly Box[], clusters: Clusters): readonly Box[] {
  return groupsOf(boxes, templatesKeyOf).flatMap((same) => {
    const values = singleValues(same, clusters);
    return same.map((box) => filledWith(box, values));
  });
}

/**
 * Merges bindings of different templates that mean the same in each of them: a role that a second
 * service account shares looks as if its name had the name of the first.
 */
function joined(boxes: readonly Box[], clusters: Clusters): readonly Box[] {
  const sources = new Map(boxes.map((box) => [filledWith(box, singleValues([box], clusters)), box]));
  return mergeByTemplates([...sources.keys()]).map((box) => sources.get(box) ?? box);
}

/** Merges bindings of equal templates, until no two are equal in two of their lists. */
function mergeByTemplates(boxes: readonly Box[]): readonly Box[] {
  return groupsOf(boxes, templatesKeyOf).flatMap((same) => {
    let merged: readonly Box[] = same;
    for (;;) {
      const next = dimensions.reduce((before, dimension) => mergeIn(dimension, before), merged);
      if (next.length === merged.length) return next;
      merged = next;
    }
  });
}

/** Merges bindings that differ in one list only. */
function mergeIn(dimension: (typeof dimensions)[number], boxes: readonly Box[]): readonly Box[] {
  const others = dimensions.filter((other) => other !== dimension);
  const keyOf = (box: Box) => JSON.stringify(others.map((other) => box[other]));
  return groupsOf(boxes, keyOf).flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    return [{ ...first, [dimension]: same.flatMap((box) => box[dimension]).sort() }];
  });
}

/** The placeholders of equal templates for which bindings have one value only. */
function singleValues(boxes: readonly Box[], clusters: Clusters): ReadonlyMap<string, string> {
  const { roleArn, targetRoleArn } = boxes[0]?.state ?? { roleArn: '', targetRoleArn: null };
  const names = [...placeholdersIn(roleArn), ...placeholdersIn(targetRoleArn ?? '')];
  return new Map(
    names.flatMap((name) => {
      const values = new Set(boxes.flatMap((box) => valuesOf(box, name, clusters)));
      const [value] = values;
      return values.size === 1 && value !== undefined ? [[name, value] as const] : [];
    }),
  );
}

function filledWith(box: Box, values: ReadonlyMap<string, string>): Box {
  const { roleArn, targetRoleArn } = box.state;
  return stating(box, replaced(roleArn, values), targetRoleArn === null ? null : replaced(targetRoleArn, values));
}

function valuesOf(box: Box, name: PlaceholderName, clusters: Clusters): readonly string[] {
  if (name === 'namespace') return box.namespaces;
  if (name === 'serviceAccount') return box.serviceAccounts;
  return box.clusters.flatMap((key) => clusters.get(key)?.[name] ?? []);
}

function stating(box: Box, roleArn: string, targetRoleArn: string | null): Box {
  return { ...box, state: { ...box.state, roleArn, targetRoleArn } };
}

function boxOf(one: Written): Box {
  const { namespace, serviceAccount } = one.target;
  return {
    state: one.state,
    clusters: [clusterKeyOf(one)],
    serviceAccounts: [serviceAccount],
    namespaces: [namespace],
  };
}

function clusterOf({ target: { accountId, region, clusterName }, environment }: Written): WrittenCluster {
  return { accountId, region, clusterName, environment };
}

function clusterKeyOf({ target: { accountId = '', region = '', clusterName } }: Written): string {
  return JSON.stringify([accountId, region, clusterName]);
}

/** By names before clusters, so that a new cluster moves no binding to another line. */
function placeOf({ namespaces, serviceAccounts, clusters }: Box): string {
  return JSON.stringify([namespaces[0], serviceAccounts[0], clusters[0]]);
}

function settingsKeyOf({ state: { roleArn: _, targetRoleArn, ...others } }: Box): string {
  return canonicalJson([targetRoleArn === null, others]);
}

function templatesKeyOf({ state: { roleArn, targetRoleArn } }: Box): string {
  return JSON.stringify([roleArn, targetRoleArn]);
}

/** By the order of their keys' code units. */
function sortedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ item }) => item);
}

function groupsOf(boxes: readonly Box[], keyOf: (box: Box) => string): readonly (readonly Box[])[] {
  return [...groupBy(boxes, keyOf).values()];
}
