import { settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import { mapLimited } from './check.ts';
import type { Declaration } from './declaration.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import type { KnownCluster } from './expand.ts';
import { selectedBy } from './expand.ts';
import type { Observed } from './planner.ts';

/** How many reads are under way at once. */
const concurrency = 8;
const pageSize = 1_000;

/**
 * The clusters that the caller may see, with the namespaces that a pattern of the declaration
 * needs.
 */
export async function readClusters(
  client: GatewayClient,
  declaration: Declaration,
  options: CallOptions,
): Promise<readonly KnownCluster[]> {
  const clusters: KnownCluster[] = [];
  for await (const { accountId, region, clusterName, environment } of itemsOf(
    client.clusters,
    { first: pageSize },
    options,
  )) {
    clusters.push({ accountId, region, clusterName, environment, namespaces: [] });
  }
  const withPatterns = declaration.bindings.filter(({ namespaces }) =>
    namespaces.some(({ text }) => text.includes('*')),
  );
  const needed = new Set(selectedBy(withPatterns, clusters));
  return mapLimited(clusters, concurrency, async (cluster) =>
    needed.has(cluster) ? { ...cluster, namespaces: await readNamespaces(client, cluster, options) } : cluster,
  );
}

/** Those with a name: an entry for a prefix names no namespace. */
async function readNamespaces(
  client: GatewayClient,
  { accountId, region, clusterName }: KnownCluster,
  options: CallOptions,
): Promise<readonly string[]> {
  const names: string[] = [];
  const variables = { clusterName, accountId, region, first: pageSize };
  for await (const { name } of itemsOf(client.namespaces, variables, options))
    if (!name.endsWith('*')) names.push(name);
  return names;
}

/** What is observed of a fleet. */
export interface Observation {
  readonly observed: readonly Observed[];
  /** Why it is not known what a cluster has, by the keys of clusters. */
  readonly unobserved: ReadonlyMap<string, string>;
  /** Since when clusters are gone (RFC 3339), by their keys. */
  readonly gone: ReadonlyMap<string, string>;
  /** When the cluster was scanned whose scan is the oldest; null without one. */
  readonly oldestScan: string | null;
}

type Filter = NonNullable<Parameters<GatewayClient['associations']>[0]['filter']>;

/** A cluster to read, or one of its namespaces. */
export interface ReadPlace extends Pick<KnownCluster, 'accountId' | 'region' | 'clusterName'> {
  /** Null: all. */
  readonly namespace: string | null;
}

/** Reads the associations of some clusters. */
export async function observe(
  client: GatewayClient,
  places: readonly ReadPlace[],
  options: CallOptions,
): Promise<Observation> {
  const read = await mapLimited(places, concurrency, async ({ accountId, region, clusterName, namespace }) => {
    const filter = { accountId, region, clusterName, namespace };
    const { associations, coverage } = await readAssociations(client, filter, options);
    const key = clusterKeyOf({ accountId, region, clusterName });
    const covered = coverage.find((one) => clusterKeyOf(one) === key);
    const failure = covered?.failure ? `: ${covered.failure}` : '';
    const reason = covered?.isKnown === true ? null : `The associations of the cluster are not known yet${failure}.`;
    const goneSince = covered?.goneSince ?? null;
    return {
      key,
      associations,
      scannedAt: goneSince === null ? (covered?.scannedAt ?? null) : null,
      reason,
      goneSince,
    };
  });
  const times = read.flatMap(({ scannedAt }) => (scannedAt === null ? [] : [scannedAt])).sort();
  return {
    observed: read.flatMap(({ associations }) => associations),
    unobserved: new Map(read.flatMap(({ key, reason }) => (reason === null ? [] : [[key, reason] as const]))),
    gone: new Map(read.flatMap(({ key, goneSince }) => (goneSince === null ? [] : [[key, goneSince] as const]))),
    oldestScan: times[0] ?? null,
  };
}

/** What is known of a cluster. */
export interface Coverage {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
  readonly isKnown: boolean;
  readonly scannedAt: string | null;
  readonly failure: string | null;
  /** Since when it is certain that the cluster is gone; null if it is not. */
  readonly goneSince: string | null;
}

/** An association, and when the gateway saw it so last (RFC 3339). */
export interface SeenAssociation extends Observed {
  readonly observedAt: string;
  /** When it was last seen otherwise, or absent; null if that is not known. */
  readonly seenOtherwiseBefore: string | null;
}

/**
 * The associations that match a filter, and what is known of their clusters, of all pages.
 *
 * @param onPage is given each page, and may end the reading by an error
 */
export async function readAssociations(
  client: Pick<GatewayClient, 'associations'>,
  filter: Filter,
  options: CallOptions,
  onPage: (page: readonly SeenAssociation[]) => void = () => undefined,
): Promise<{ readonly associations: readonly SeenAssociation[]; readonly coverage: readonly Coverage[] }> {
  const associations = new Map<string, SeenAssociation>();
  const coverage = new Map<string, Coverage>();
  for (let after: string | null = null; ;) {
    const page: Page = await client.associations({ filter, first: pageSize, after }, options);
    const seen = page.nodes.map(observedOf);
    onPage(seen);
    for (const one of seen) associations.set(keyOf(one), one);
    for (const one of page.coverage) coverage.set(clusterKeyOf(one), one);
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage || endCursor === null)
      return { associations: [...associations.values()], coverage: [...coverage.values()] };
    after = endCursor;
  }
}

type Page = Awaited<ReturnType<GatewayClient['associations']>>;

function observedOf({ tags, ...node }: Page['nodes'][number]): SeenAssociation {
  const { accountId, region, clusterName, namespace, serviceAccount } = node;
  const { associationId, createdAt, modifiedAt, expiresAt, origin, ownerArn, declaration, observedAt } = node;
  return {
    accountId,
    region,
    clusterName,
    namespace,
    serviceAccount,
    associationId,
    createdAt,
    modifiedAt,
    expiresAt,
    origin,
    ownerArn,
    declaration,
    observedAt,
    seenOtherwiseBefore: node.seenOtherwiseBefore,
    ...settingsOf(node),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  };
}
