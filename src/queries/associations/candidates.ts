import type { AssociationReads, FoundTargets, KeyRange } from '../../ledger/association-history.ts';
import { clusterKeyOf, placeOf } from '../../ledger/stored/keys.ts';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';

/** By what service accounts are found; null: any. */
export interface AssociationSelection {
  /** Each is read from the index of roles; then the namespace is not selected by. */
  readonly roleArns: readonly string[] | null;
  readonly namespace: string | null;
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
 * The service accounts of clusters, which must be in order, from a place on: of roles by the index
 * of roles, whatever the number of clusters; otherwise of one cluster after the other, without those
 * in which the principal may view nothing. Of roles, each service account comes once.
 */
export async function* candidates(
  reads: AssociationReads,
  clusters: readonly ClusterRef[],
  { roleArns, namespace }: AssociationSelection,
  from: string,
  mayViewIn: (cluster: ClusterRef) => boolean = () => true,
): AsyncGenerator<readonly AssociationTarget[]> {
  const [first, last] = [clusters[0], clusters.at(-1)];
  if (first === undefined || last === undefined) return;
  if (roleArns !== null) {
    const range = { from: later(from, `${clusterKeyOf(first)}/`), to: endOfCluster(last) };
    yield* merged(
      roleArns.map((roleArn) => inRange((limit, rest) => reads.targetsWithRole(roleArn, rest, limit), range)),
    );
    return;
  }
  for (const cluster of clusters) {
    const key = clusterKeyOf(cluster);
    const [low, to] =
      namespace === null ? [`${key}/`, endOfCluster(cluster)] : [`${key}/${namespace}/`, `${key}/${namespace}0`];
    if (from < to && mayViewIn(cluster)) {
      const range = { from: later(from, low), to };
      const found = inRange((limit, rest) => reads.targetsInCluster(cluster, rest, limit), range);
      for await (const { targets } of found) yield targets;
    }
  }
}

async function* inRange(
  read: (limit: number, range: KeyRange) => Promise<FoundTargets>,
  range: KeyRange,
): AsyncGenerator<FoundTargets> {
  for (let from = range.from; ;) {
    const found = await read(batch, { ...range, from });
    yield found;
    const last = found.targets.at(-1);
    if (found.isComplete || last === undefined) return;
    from = endOfTarget(last);
  }
}

/** Lists in the order of places as one: each is read once, as far as the caller takes it. */
async function* merged(lists: readonly AsyncGenerator<FoundTargets>[]): AsyncGenerator<readonly AssociationTarget[]> {
  let open = lists.map((list) => ({ list, waiting: new Map<string, AssociationTarget>(), isComplete: false }));
  while (open.length > 0) {
    await Promise.all(open.map(readNext));
    // What follows in a list that is not complete comes after the last place that was read of it.
    const [end] = open
      .flatMap(({ waiting, isComplete }) => (isComplete ? [] : ([...waiting.keys()].at(-1) ?? '')))
      .sort();
    const due = new Map<string, AssociationTarget>();
    for (const { waiting } of open) {
      for (const [place, target] of waiting) {
        if (end !== undefined && place > end) break;
        due.set(place, target);
        waiting.delete(place);
      }
    }
    yield [...due].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, target]) => target);
    open = open.filter(({ waiting, isComplete }) => waiting.size > 0 || !isComplete);
  }
}

/** A list, what was read of it and not given to the caller, and whether it has nothing else. */
interface OpenList {
  readonly list: AsyncGenerator<FoundTargets>;
  readonly waiting: Map<string, AssociationTarget>;
  isComplete: boolean;
}

async function readNext(open: OpenList): Promise<void> {
  const { list, waiting } = open;
  if (waiting.size > 0 || open.isComplete) return;
  const next: IteratorResult<FoundTargets, unknown> = await list.next();
  open.isComplete = next.done === true || next.value.isComplete;
  if (next.done !== true) for (const target of next.value.targets) waiting.set(placeOf(target), target);
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
