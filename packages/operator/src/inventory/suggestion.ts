import type { ClusterRef } from '../../../../src/model/association.ts';
import { accountOf, clusterIn, isRegistered } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { namespaceIn } from '../../../../src/policy/inventory/namespaces.ts';
import { aligned } from '../cli/table.ts';
import type { Reading, SeenCluster } from './aws.ts';

/**
 * What the inventory lacks, in its own form. A field that AWS does not know is left out, so that a
 * check of the inventory demands it.
 */
export interface Suggestion {
  /**
   * Accounts with clusters. Of an account that the inventory has, only the regions that its entry
   * lacks.
   */
  readonly accounts: readonly {
    readonly accountId: string;
    readonly name?: string;
    readonly regions: readonly string[];
  }[];
  readonly clusters: readonly (ClusterRef & { readonly environment?: string })[];
}

/** The most items that a line of a report names. */
const maxNamed = 10;

/**
 * What the inventory lacks, sorted by account, region and name.
 *
 * @param names names of the accounts by ID; those of the inventory have precedence
 */
export function suggestionOf(
  inventory: Inventory,
  names: ReadonlyMap<string, string | null>,
  seen: readonly SeenCluster[],
): Suggestion {
  const sorted = [...seen].sort((one, other) => compare(pathOf(one), pathOf(other)));
  const regions = new Map<string, Set<string>>();
  for (const { accountId, region } of sorted) {
    if (isRegistered(inventory, accountId, region)) continue;
    regions.set(accountId, (regions.get(accountId) ?? new Set()).add(region));
  }
  return {
    accounts: [...regions].map(([accountId, lacking]) => {
      const name = accountOf(inventory, accountId)?.name ?? names.get(accountId);
      return { accountId, ...(name ? { name } : {}), regions: [...lacking] };
    }),
    clusters: sorted
      .filter((cluster) => clusterIn(inventory, cluster) === null)
      .map(({ accountId, region, clusterName, environment }) => ({
        accountId,
        region,
        clusterName,
        ...(environment === null ? {} : { environment }),
      })),
  };
}

/** What a person has to add to a suggestion, or has to know, before a deployment. One line each. */
export function notesOn(inventory: Inventory, { accounts, clusters }: Suggestion, environmentTag: string): string[] {
  const isListed = (accountId: string) => accountOf(inventory, accountId) !== null;
  const added = accounts.filter(({ accountId }) => !isListed(accountId));
  const environments = new Set(clusters.flatMap(({ environment }) => environment ?? []));
  const known = new Set(inventory.environments.map(({ name }) => name));
  const facts: readonly (readonly [string, readonly string[]])[] = [
    [
      'No roleArn and readRoleArn, which a deployment needs for accounts other than its own',
      added.map(({ accountId }) => accountId),
    ],
    [
      'No name, because no organization was read',
      added.filter(({ name }) => name === undefined).map(({ accountId }) => accountId),
    ],
    [
      'Under accounts already, so only the region is to be added',
      accounts
        .filter(({ accountId }) => isListed(accountId))
        .map(({ accountId, regions }) => `${accountId} (${regions.join(', ')})`),
    ],
    [
      `No environment, because no tag ${JSON.stringify(environmentTag)} was read`,
      clusters.filter(({ environment }) => environment === undefined).map(pathOf),
    ],
    ['Not under environments, so it counts as production', [...environments].filter((name) => !known.has(name))],
  ];
  return facts.flatMap(([fact, items]) => (items.length === 0 ? [] : [`${fact}: ${listed(items)}.`]));
}

/**
 * What the inventory lists, and does not exist. Clusters of regions that were not read completely
 * may exist.
 *
 * @param active the accounts of the organization; null where it was not read
 */
export function goneFrom(
  { accounts, clusters }: Inventory,
  { complete, clusters: seen }: Reading,
  active: ReadonlySet<string> | null,
): string[] {
  const existing = new Set(seen.map(pathOf));
  const isGone = (one: ClusterRef) => complete.has(`${one.accountId}/${one.region}`) && !existing.has(pathOf(one));
  return [
    ...accounts
      .filter(({ accountId }) => active?.has(accountId) === false)
      .map(({ accountId }) => `account ${accountId} is in the inventory, but not active in the organization.`),
    ...clusters.filter(isGone).map((one) => `cluster ${pathOf(one)} is in the inventory, but does not exist.`),
  ];
}

/**
 * The namespaces of associations for which the inventory has no owner, by name, with the numbers of
 * associations and clusters.
 */
export function ownerlessIn(inventory: Inventory, seen: readonly SeenCluster[]): string[] {
  const found = new Map<string, { system: boolean; associations: number; clusters: Set<string> }>();
  for (const cluster of seen) {
    const located = { ...cluster, environment: cluster.environment ?? '' };
    for (const name of cluster.namespaces) {
      const { owners, system } = namespaceIn(inventory, located, name);
      if (owners.length > 0) continue;
      const one = found.get(name) ?? { system, associations: 0, clusters: new Set() };
      found.set(name, { ...one, associations: one.associations + 1, clusters: one.clusters.add(pathOf(cluster)) });
    }
  }
  return [...found]
    .sort(([one], [other]) => compare(one, other))
    .map(([name, { system, associations, clusters }]) => {
      const [example = ''] = clusters;
      const kind = system ? ' (system namespace)' : '';
      return `${name}${kind}: associations ${associations}, clusters ${clusters.size}, such as ${example}`;
    });
}

/** The clusters of a suggestion as a table for the terminal. */
export function tableOf(inventory: Inventory, { accounts, clusters }: Suggestion): string {
  const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
  const rows = clusters.map(({ accountId, region, clusterName, environment = '-' }) => {
    const name = accountOf(inventory, accountId)?.name ?? names.get(accountId) ?? '-';
    return [accountId, name, region, clusterName, environment];
  });
  return aligned([['account', 'name', 'region', 'cluster', 'environment'], ...rows]).join('\n');
}

function pathOf({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}

/** By code units, so that the order is that of every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Items with commas between them; of many, only the first. */
export function listed(items: readonly string[]): string {
  const more = items.length - maxNamed;
  return `${items.slice(0, maxNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
