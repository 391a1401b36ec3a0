import type { AssociationReads } from '../../ledger/association-history.ts';
import { clusterKeyOf, placeOf } from '../../ledger/stored/keys.ts';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';

/** Fields by which associations are selected; null: any. */
export interface AssociationSelection {
  readonly roleArn: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly clusterName: string | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
}

/** How many keys one read of the store returns at most. */
const batch = 100;

/** The place after all service accounts of a cluster. */
export function endOfCluster(cluster: ClusterRef): string {
  return `${clusterKeyOf(cluster)}0`;
}

/** The place after a service account. */
export function endOfTarget(target: AssociationTarget): string {
  return `${placeOf(target)}!`;
}

/** Whether the content of a cursor can be a place. */
export function isPlace(value: unknown): value is string {
  return typeof value === 'string' && /^[\w/.!-]{0,600}$/.test(value);
}

/** Clusters in the order of places, from one that a place is in or before. */
export function clustersFrom<Cluster extends ClusterRef>(clusters: readonly Cluster[], from: string): Cluster[] {
  return clusters
    .map((cluster) => ({ cluster, end: endOfCluster(cluster) }))
    .filter(({ end }) => end > from)
    .sort((one, other) => (one.end < other.end ? -1 : 1))
    .map(({ cluster }) => cluster);
}

/**
 * The service accounts of clusters, which must be in order, from a place on: of a role by the index
 * of roles, whatever the number of clusters; otherwise of one cluster after the other.
 */
export async function* candidates(
  reads: AssociationReads,
  clusters: readonly ClusterRef[],
  { roleArn, namespace }: AssociationSelection,
  from: string,
): AsyncGenerator<readonly AssociationTarget[]> {
  const [first, last] = [clusters[0], clusters.at(-1)];
  if (first === undefined || last === undefined) return;
  if (roleArn !== null) {
    const range = { from: later(from, `${clusterKeyOf(first)}/`), to: endOfCluster(last) };
    yield* inRange((limit, rest) => reads.targetsWithRole(roleArn, rest, limit), range);
    return;
  }
  for (const cluster of clusters) {
    const key = clusterKeyOf(cluster);
    const [low, to] =
      namespace === null ? [`${key}/`, endOfCluster(cluster)] : [`${key}/${namespace}/`, `${key}/${namespace}0`];
    if (from < to) {
      const range = { from: later(from, low), to };
      yield* inRange((limit, rest) => reads.targetsInCluster(cluster, rest, limit), range);
    }
  }
}

type Range = Parameters<AssociationReads['targetsWithRole']>[1];

async function* inRange(
  read: (limit: number, range: Range) => ReturnType<AssociationReads['targetsWithRole']>,
  range: Range,
): AsyncGenerator<readonly AssociationTarget[]> {
  for (let from = range.from; ;) {
    const { targets, isComplete } = await read(batch, { ...range, from });
    yield targets;
    const last = targets.at(-1);
    if (isComplete || last === undefined) return;
    from = endOfTarget(last);
  }
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
