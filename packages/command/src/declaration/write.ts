import { absentValue } from '../../../client/src/client/setting-fields.ts';
import { stringify } from 'yaml';
import type { Target } from './declaration.ts';
import type { Stated } from './planner.ts';

/** An association to write into a declaration. */
export interface Written {
  readonly target: Omit<Target, 'accountId' | 'region'> & Partial<Target>;
  readonly state: Stated;
}

interface Group<Item> {
  readonly first: Written;
  readonly items: Item[];
}

/** As many service accounts and clusters as a binding can have. */
const maxItems = 1_000;

/**
 * The text of a declaration with one association for each of `written`, whose service accounts
 * differ. What is equal in clusters and settings becomes one binding.
 */
export function declarationText(name: string, written: readonly Written[]): string {
  const sorted = [...written].sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  const perAccount = grouped(sorted, ({ target, state }) => [target.namespace, target.serviceAccount, state]);
  const bindings = grouped(
    perAccount.map((group) => ({ ...group.first, clusters: group.items.map(({ target }) => selectorOf(target)) })),
    ({ target, state, clusters }) => [target.namespace, clusters, state],
  );
  const nodes = bindings.flatMap(({ items }) => chunks(items).flatMap(bindingsOf));
  return stringify({ version: 1, name, bindings: nodes }, { lineWidth: 0, aliasDuplicateObjects: false });
}

type WithClusters = Written & { readonly clusters: readonly unknown[] };

function bindingsOf(items: readonly WithClusters[]): readonly object[] {
  const [first] = items;
  if (!first) return [];
  const { roleArn, targetRoleArn, tags, ...others } = first.state;
  const given = Object.entries(others).filter(([name, value]) => value !== absentValue(name));
  return chunks(first.clusters).map((clusters) => ({
    roleArn,
    ...(targetRoleArn !== null && { targetRoleArn }),
    clusters,
    namespaces: [first.target.namespace],
    serviceAccounts: items.map(({ target }) => target.serviceAccount),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...Object.fromEntries(given),
  }));
}

/**
 * A cluster by all that identifies it, so that the declaration never means another of the same
 * name.
 */
function selectorOf({ clusterName, accountId, region }: Written['target']): unknown {
  return accountId === undefined || region === undefined ? clusterName : { clusterName, accountId, region };
}

function placeOf({ target: { accountId = '', region = '', clusterName, namespace, serviceAccount } }: Written): string {
  return JSON.stringify([accountId, region, clusterName, namespace, serviceAccount]);
}

/** Groups in the order of their first items. */
function grouped<Item extends Written>(items: readonly Item[], keyOf: (item: Item) => unknown): readonly Group<Item>[] {
  const groups = new Map<string, Group<Item>>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group) group.items.push(item);
    else groups.set(key, { first: item, items: [item] });
  }
  return [...groups.values()];
}

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / maxItems);
  return Array.from({ length: count }, (_, index) => items.slice(index * maxItems, (index + 1) * maxItems));
}
