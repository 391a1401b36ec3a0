import type { AssociationReads } from '../../ledger/association-history.ts';
import type { ClusterScan } from '../../ledger/cluster-scan.ts';
import type { Finding } from '../../model/refusal.ts';
import { candidates, endOfTarget } from '../associations/candidates.ts';
import { driftIn } from './drift-in.ts';
import type { AssociationDrift } from './drift-in.ts';
import type { DriftQuery } from './parts.ts';
import type { QueryResult } from '../terms/query-result.ts';

/** A page of drift that scans saw. */
export interface ObservedPart {
  /**
   * With the place at which to continue after each; of two of the same service account, the place
   * is the same.
   */
  readonly items: readonly { readonly drift: AssociationDrift; readonly position: string }[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  readonly scan: ClusterScan;
}

/**
 * The drift of the service accounts of a cluster from a place on, as scans saw it last: one read of
 * the scan, and two for each 100 service accounts. Not valid for a cluster of which no scan was
 * completed: there, no drift would mean nothing. Throws as `AssociationReads` does.
 */
export async function observedDrift(
  reads: AssociationReads,
  { scope, namespace, limit }: DriftQuery,
  from: string,
): Promise<QueryResult<ObservedPart>> {
  const [scan = null] = await reads.getClusterScans([scope]);
  const isKnown = (scan?.firstCompletedAt ?? null) !== null;
  if (scan === null || !isKnown) return { kind: 'invalid', findings: [notScanned(scope, scan)] };
  const items: ObservedPart['items'][number][] = [];
  let left = limit;
  for await (const targets of candidates(reads, [scope], { roleArns: null, namespace }, from)) {
    const some = targets.slice(0, left);
    for (const state of await reads.getAssociationStates(some)) {
      if (state === null) continue;
      items.push(...driftIn(state).map((drift) => ({ drift, position: endOfTarget(state.target) })));
    }
    left -= some.length;
    const last = some.at(-1);
    if (left === 0 && last) return { kind: 'ok', value: { items, next: endOfTarget(last), scan } };
  }
  return { kind: 'ok', value: { items, next: null, scan } };
}

function notScanned({ clusterName }: DriftQuery['scope'], scan: ClusterScan | null): Finding {
  // The message of EKS names roles and actions of the gateway.
  const failure = scan?.failure ? ` The last one failed with ${scan.failure.exception}.` : '';
  return {
    path: 'source',
    rule: 'scanned',
    message: `No scan of ${clusterName} has been completed.${failure}`,
    advice: 'Compare with EKS (source EKS), or ask again when a scan of the cluster has been completed.',
  };
}
