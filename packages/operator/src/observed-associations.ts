import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { ClusterScan } from '../../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { ClusterRef } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { latestSeen } from '../../../src/queries/associations/at.ts';
import type { SeenAssociation } from '../../../src/queries/associations/at.ts';
import { candidates, clustersFrom } from '../../../src/queries/associations/candidates.ts';
import { makeSlots } from '../../../src/runtime/slots.ts';
import { listed } from './inventory/suggestion.ts';

/** An association as it was seen last. */
export interface ObservedAssociation extends SeenAssociation {
  /**
   * The first entry of the operation that made or adopted it; null if none did, or the trail does
   * not have it any more.
   */
  readonly entry: AuditEntry | null;
}

type Reads = AssociationReads & Pick<Ledger, 'operationEntries'>;

const everyAssociation = { roleArns: null, namespace: null };

/** Operations whose entries are read at the same time. */
const concurrency = 20;

/** How many clusters one read of the store has. */
const batch = 100;

/**
 * The associations of clusters as they were seen last, a page of the store at a time, cluster by
 * cluster. Throws as the ledger does.
 */
export async function* observedAssociations(
  reads: Reads,
  clusters: readonly ClusterRef[],
): AsyncGenerator<readonly ObservedAssociation[]> {
  const inSlot = makeSlots(concurrency);
  const entryOf = async (operationId: string | null) => {
    if (operationId === null) return null;
    const [first = null] = await inSlot(() => reads.operationEntries(operationId, { limit: 1, after: null }));
    return first;
  };
  for await (const targets of candidates(reads, clustersFrom(clusters, ''), everyAssociation, '')) {
    const states = await reads.getAssociationStates(targets);
    const seen = await Promise.all(
      targets.map(async (_, index) => {
        const state = states[index] ?? null;
        const association = state && latestSeen(state);
        return association && { ...association, entry: await entryOf(association.operationId) };
      }),
    );
    yield seen.filter((one) => one !== null);
  }
}

/** How far the scans of clusters are. Times are RFC 3339, clusters `<account>/<region>/<name>`. */
export interface Coverage {
  readonly clusters: number;
  /**
   * Clusters without a complete scan: their associations are known only as far as operations made
   * them.
   */
  readonly neverScanned: readonly string[];
  /** Clusters whose last scan failed, with the exception. */
  readonly failed: readonly { readonly cluster: string; readonly exception: string }[];
  /** Clusters that are gone, and since when. */
  readonly gone: readonly { readonly cluster: string; readonly since: string }[];
  /** The complete scan that began the longest time ago; null if there is none. */
  readonly oldestScan: { readonly cluster: string; readonly scannedAt: string } | null;
}

/** Reads the {@link Coverage} of clusters. Throws as the ledger does. */
export async function coverageOf(
  reads: Pick<AssociationReads, 'getClusterScans'>,
  clusters: readonly ClusterRef[],
): Promise<Coverage> {
  const found: { readonly cluster: string; readonly scan: ClusterScan | null }[] = [];
  for (let from = 0; from < clusters.length; from += batch) {
    const some = clusters.slice(from, from + batch);
    const scans = await reads.getClusterScans(some);
    found.push(...some.map((cluster, index) => ({ cluster: clusterName(cluster), scan: scans[index] ?? null })));
  }
  const goneAt = ({ scan }: (typeof found)[number]) => (scan?.missing === undefined ? undefined : scan.gone?.at);
  const present = found.filter((one) => goneAt(one) === undefined);
  const [oldest] = present
    .flatMap(({ cluster, scan }) => (scan?.completedAt ? [{ cluster, at: scan.completedAt }] : []))
    .sort((one, other) => one.at - other.at);
  return {
    clusters: clusters.length,
    neverScanned: found.flatMap(({ cluster, scan }) => (scan?.completedAt ? [] : [cluster])),
    failed: present.flatMap(({ cluster, scan }) =>
      scan?.failure ? [{ cluster, exception: scan.failure.exception }] : [],
    ),
    gone: found.flatMap((one) => {
      const at = goneAt(one);
      return at === undefined ? [] : [{ cluster: one.cluster, since: new Date(at).toISOString() }];
    }),
    oldestScan: oldest ? { cluster: oldest.cluster, scannedAt: new Date(oldest.at).toISOString() } : null,
  };
}

/**
 * The clusters whose associations may not all be known, and those that are gone, one line each kind;
 * empty if there are none.
 */
export function gapsIn({ clusters, neverScanned, failed, gone }: Coverage): readonly string[] {
  return [
    ...(neverScanned.length === 0
      ? []
      : [`clusters ${clusters}, never scanned ${neverScanned.length}: ${listed(neverScanned)}`]),
    ...failed.map(({ cluster, exception }) => `the last scan of ${cluster} failed: ${exception}`),
    ...gone.map(({ cluster, since }) => `${cluster} is gone since ${since}: take it out of the inventory`),
  ];
}

/** `<account>/<region>/<name>`. */
export function clusterName({ accountId, region, clusterName: name }: ClusterRef): string {
  return `${accountId}/${region}/${name}`;
}
