import type { EksFor } from '../eks/eks.ts';
import type { ClusterScanReads } from '../ledger/cluster-scan.ts';
import type { LocksReader } from '../ledger/ledger.ts';
import type { OperationReader } from '../ledger/trail.ts';
import type { ClusterRef } from '../model/association.ts';
import { clusterReadsLockFor } from '../model/lock.ts';
import { makeDue, observeServiceAccount } from './observe-service-account.ts';
import type { ObservationPorts, ObserveResult } from './observe-service-account.ts';

/** A change of an association that something other than a scan told of. */
export interface ReportedChange {
  readonly cluster: ClusterRef;
  readonly associationId: string;
  /** When it was made, in milliseconds since the epoch; null if that is not known. */
  readonly changedAt: number | null;
}

/** What a reported change is observed with. */
export interface ReportedChangePorts extends ObservationPorts {
  readonly ledger: OperationReader & ClusterScanReads & LocksReader;
  readonly directory: { readonly clusters: readonly ClusterRef[] };
  readonly eksFor: EksFor;
}

/**
 * Left to the scan: the cluster is unknown, was never scanned or has a lock on reads, or the
 * association is gone, which only a list proves.
 */
export interface LeftToScan {
  readonly kind: 'left-to-scan';
}

const leftToScan: LeftToScan = { kind: 'left-to-scan' };

/**
 * Observes an association at once, instead of when it is due: two reads of EKS, without its list.
 * What it writes, a scan of the cluster would write too, so it needs no lease: the state's revision
 * decides between them. Throws `LedgerUnavailable` and `UnsupportedFormat`.
 */
export async function observeChange(
  { directory, eksFor, ...ports }: ReportedChangePorts,
  { cluster: { accountId, region, clusterName }, associationId, changedAt }: ReportedChange,
  deadline: number,
): Promise<ObserveResult | LeftToScan> {
  const cluster = { accountId, region, clusterName };
  const names = ['accountId', 'region', 'clusterName'] as const;
  if (!directory.clusters.some((one) => names.every((name) => one[name] === cluster[name]))) return leftToScan;
  const { ledger, observations, clock } = ports;
  const [{ locks }, scan] = await Promise.all([ledger.getLocks(), ledger.getClusterScan(cluster)]);
  if (scan === null || clusterReadsLockFor(locks, cluster) !== null) return leftToScan;
  const eks = eksFor(cluster);
  const described = await eks.describe(associationId, { deadline });
  if (described.kind === 'failed') return described;
  if (described.kind === 'absent') return leftToScan;
  const { namespace, serviceAccount } = described.association;
  const target = { ...cluster, namespace, serviceAccount };
  // The revision must be older than the read that is judged.
  const knownRevision = (await observations.getAssociationState(target))?.revision ?? 0;
  const readAt = clock();
  const listed = { target, associationId, listedAt: readAt, knownRevision, scan };
  const result = await observeServiceAccount(ports, eks, listed, deadline);
  // So soon after a change, a read need not show it, and nothing else would tell the scan of it.
  const { listLagMs, clockErrorMs } = ports.times;
  if (changedAt !== null && readAt <= changedAt + listLagMs + clockErrorMs) {
    const state = await observations.getAssociationState(target);
    if (state) await makeDue(observations, state);
  }
  return result;
}
