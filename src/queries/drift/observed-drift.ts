import { isFromOutside, lastSeenAt } from '../../ledger/association-history.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationState, OpenOperation } from '../../ledger/association-state.ts';
import type { ClusterScan } from '../../ledger/cluster-scan.ts';
import { operationIdOf } from '../../model/association.ts';
import type { Association } from '../../model/association.ts';
import { hasTrait } from '../../model/operation.ts';
import type { Finding } from '../../model/refusal.ts';
import { foreignDifferences } from '../../observations/explained.ts';
import { settingDifferences } from '../../operations/terms/differences.ts';
import { candidates, endOfTarget } from '../associations/candidates.ts';
import type { AssociationDrift } from './association-drift.ts';
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
  const selection = {
    roleArn: null,
    accountId: null,
    region: null,
    clusterName: null,
    namespace,
    serviceAccount: null,
  };
  const items: ObservedPart['items'][number][] = [];
  let left = limit;
  for await (const targets of candidates(reads, [scope], selection, from)) {
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

/**
 * The drift of one service account; two where the association that the gateway left was replaced
 * outside.
 */
function driftIn(state: AssociationState): AssociationDrift[] {
  const { latest, observed } = state;
  const isForeign = observed?.origin === 'OUTSIDE' || observed?.origin === 'ADD_ON';
  // An operation whose outcome was recorded since explains the state.
  const isLatest = latest?.origin === null || isFromOutside(latest);
  if (!isForeign || !isLatest) return [];
  const seenAt = lastSeenAt(state);
  const base = {
    differences: [],
    lastEntry: null,
    observedAt: seenAt === null ? null : new Date(seenAt).toISOString(),
    driftId: observed.driftId,
  };
  const recorded = state.confirmed?.isDeleted === false ? state.confirmed.association : null;
  const { association } = observed;
  const isReplaced = recorded !== null && recorded.associationId !== association?.associationId;
  const deleted: AssociationDrift[] =
    isReplaced && !state.openOperations.some(isOpenDelete)
      ? [{ ...base, kind: 'DELETED', association: null, associationArn: recorded.associationArn }]
      : [];
  if (association === null) return deleted;
  const { associationArn } = association;
  return [...deleted, { ...base, association, associationArn, ...comparisonOf(state, recorded, association) }];
}

function isOpenDelete(one: OpenOperation): boolean {
  return hasTrait('deletes', one) && one.closedAt === null;
}

/**
 * How an association that others made or changed differs from what the gateway left, as far as it
 * left it.
 */
function comparisonOf(
  state: AssociationState,
  recorded: Association | null,
  association: Association,
): Pick<AssociationDrift, 'kind' | 'differences'> {
  if (recorded?.associationId === association.associationId) {
    return { kind: 'MODIFIED', differences: foreignDifferences(state, recorded, association) };
  }
  const operationId = operationIdOf(association);
  if (operationId === null) return { kind: 'UNMANAGED', differences: [] };
  // A create that is in doubt made it, and others changed it before its outcome was recorded.
  const create = state.openOperations.find((one) => one.operationId === operationId);
  if (!create || !hasTrait('creates', create)) return { kind: 'FORGED_TAG', differences: [] };
  return { kind: 'MODIFIED', differences: settingDifferences(create.requested, association) };
}
