import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import { deletedVersion, lastReadAt } from '../ledger/association-history.ts';
import type { AssociationState, ObservedState } from '../ledger/association-state.ts';
import type { AssociationStates, StateChange } from '../ledger/state-store.ts';
import type { ClusterScan, GoneCluster } from '../ledger/cluster-scan.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { AssociationTarget } from '../model/association.ts';
import { clusterPrefix } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { driftOfAbsence, observationContext } from './drift-event.ts';
import type { ScanLease } from './drift-event.ts';
import { judgeGone } from './gone.ts';
import type { FleetScans, Missed } from './gone.ts';
import { goneAssociation, seenAtOf } from './seen-version.ts';
import { latest, sightsOf } from './sights.ts';
import type { ReadTimes } from './sights.ts';

/** What a cluster that is gone is recorded with. */
export interface EndPorts extends Stamps {
  readonly observations: AssociationStates & {
    readonly putClusterScan: (fence: number, next: ClusterScan, entry?: AuditEntry | null) => Promise<boolean>;
  };
  readonly times: ReadTimes;
}

/** The progress of a cluster that is gone. */
type EndedScan = ScanLease & { readonly gone: GoneCluster };

/** How many associations end at the same time. */
const concurrency = 8;

/** No association is ended with less time left. Milliseconds. */
const leastMs = 5_000;

/**
 * Records the clusters that a run found to be gone, and ends their associations. Those whose
 * progress the run has not written are left to the run that did. Throws `LedgerUnavailable`.
 */
export async function endClusters(
  ports: EndPorts,
  fleet: FleetScans,
  written: ReadonlySet<ClusterScan>,
  deadline: number,
): Promise<{ readonly clustersGone: number; readonly clustersHeld: number }> {
  const { gone, held } = judgeGone(fleet);
  let clustersGone = 0;
  for (const one of gone) {
    if (!written.has(one) || ports.clock() > deadline - leastMs) continue;
    const recorded = await recordGone(ports, one);
    if (recorded === null) continue;
    clustersGone += 1;
    await endAssociations(ports, recorded, deadline);
  }
  return { clustersGone, clustersHeld: held.length };
}

/**
 * Records that a cluster is gone: one entry, in the transaction that writes its progress. Null if
 * another run scans the cluster by now. Throws `LedgerUnavailable`.
 */
async function recordGone(ports: EndPorts, scan: Missed): Promise<ClusterScan | null> {
  const operationId = `${clusterPrefix}${ports.ulid(ports.clock())}`;
  const next = { ...scan, gone: { operationId, at: scan.missing.latestAt } };
  const isWritten = await ports.observations.putClusterScan(scan.fence, next, goneEntry(ports, scan, operationId));
  return isWritten ? next : null;
}

function goneEntry(stamps: Stamps, { cluster, fence, missing }: Missed, operationId: string): AuditEntry {
  const context = observationContext(operationId, { target: null, before: null });
  const { accountId, region, clusterName } = cluster;
  const since = new Date(missing.since).toISOString();
  const message =
    `The cluster ${accountId}/${region}/${clusterName} is gone: EKS has not found it since ${since}. ` +
    'Its associations ended with it.';
  return makeEntry(stamps, context, { operationId, event: 'CLUSTER_GONE', fence, cluster, message });
}

/**
 * Ends the associations that the gateway knows in a cluster that is gone: each gets a version that
 * names the entry of the cluster, and no entry. What can't be ended yet, because an operation on it
 * is in progress, waits for the next scan. Also ends the drift of associations that had been
 * deleted before, until one run got through all of them. Throws `LedgerUnavailable`.
 */
export async function endAssociations(ports: EndPorts, scan: ClusterScan, deadline: number): Promise<void> {
  const { fence, cluster, missing, gone } = scan;
  if (missing === undefined || gone === undefined) return;
  const states = await ports.observations.statesOfCluster(cluster);
  const due = states.filter(({ isPresent }) => isPresent || gone.isEnded !== true);
  const queue = due.values();
  let ended = 0;
  const worker = async () => {
    for (const { target } of queue) {
      if (ports.clock() > deadline - leastMs) return;
      if (await endAssociation(ports, target, { ...scan, gone }, missing.latestAt)) ended += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (ended < due.length || gone.isEnded === true) return;
  await ports.observations.putClusterScan(fence, { ...scan, gone: { ...gone, isEnded: true } });
}

/**
 * Whether nothing of an association is left to end. One that another version of the gateway wrote
 * is left to that version.
 */
async function endAssociation(
  { observations, times }: EndPorts,
  target: AssociationTarget,
  scan: EndedScan,
  readAt: number,
): Promise<boolean> {
  try {
    const state = await observations.getAssociationState(target);
    if (state === null || hasEnded(state)) return true;
    const change = endOf(state, scan, readAt, times);
    return change !== null && (await observations.observeAssociation(state.revision, change, null));
  } catch (error) {
    if (error instanceof UnsupportedFormat) return false;
    throw error;
  }
}

/** Whether no association and no drift of it is left. */
function hasEnded(state: AssociationState): boolean {
  const last = latest(sightsOf(state));
  return last === null || (last.isGone && (state.observed?.driftId ?? null) === null);
}

/**
 * How the state of a service account changes with the end of its cluster; null if nothing ends, or
 * not yet: an operation is in progress, or has ended too shortly before EKS was read, or a later
 * read observed the service account.
 *
 * @param readAt when the read began that did not find the cluster; milliseconds since the epoch
 */
export function endOf(
  state: AssociationState,
  scan: EndedScan,
  readAt: number,
  { listLagMs, clockErrorMs }: ReadTimes,
): StateChange | null {
  const { target, openOperations, recordsInProgress, changedAt, observed } = state;
  const last = latest(sightsOf(state));
  if (last === null || hasEnded(state) || recordsInProgress.length > 0) return null;
  if (openOperations.some(({ closedAt }) => closedAt === null)) return null;
  const settledAt = Math.max(changedAt ?? 0, Date.parse(last.modifiedAt)) + listLagMs + clockErrorMs;
  if (readAt <= settledAt || (observed?.at ?? 0) > readAt) return null;
  const sight = { ...last, isGone: true };
  const seen: ObservedState = {
    at: readAt,
    revision: state.revision + 1,
    sight,
    origin: null,
    association: null,
    driftId: null,
    ...driftOfAbsence(sight, state, scan),
  };
  const lapsed = openOperations.filter(({ inDoubtUntil }) => inDoubtUntil < readAt);
  const change = {
    target,
    observed: seen,
    openOperations: [],
    endedOperationIds: lapsed.map((one) => one.operationId),
  };
  if (last.isGone) return change;
  const association = goneAssociation(state, last);
  const times = { seenAt: seenAtOf(seen, null, state), seenOtherwiseAt: lastReadAt(state) };
  const byCluster = { operationId: scan.gone.operationId, declaration: null, ...times };
  const version = association && { ...deletedVersion(target, association, byCluster), isRead: true as const };
  return { ...change, isChange: true, ...(version ? { version } : {}) };
}
