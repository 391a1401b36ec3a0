import { auditContextOf, makeEntry } from '../../../../src/ledger/audit-entry.ts';
import type { Stamps } from '../../../../src/ledger/audit-entry.ts';
import type { ClusterScan, ObservationStore } from '../../../../src/ledger/cluster-scan.ts';
import { clusterPrefix } from '../../../../src/model/audit.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';

/** What a confirmation is recorded with. */
interface RecordPorts extends Stamps {
  readonly ledger: Pick<ObservationStore, 'putClusterScan'>;
}

/** Who confirms, and how they know. */
interface Confirmation {
  readonly operator: RecordedPrincipal;
  readonly reason: string;
}

/**
 * Records that a cluster is gone, as a scan does that is certain: one entry, with the progress that
 * was read. The next scan ends the associations. The fence increases, so that no run that scanned
 * the cluster before writes over it. False if a scan began meanwhile: nothing was written. Throws
 * `LedgerUnavailable`.
 */
export async function recordGone(
  ports: RecordPorts,
  scan: ClusterScan,
  { operator, reason }: Confirmation,
): Promise<boolean> {
  const { cluster, missing } = scan;
  if (missing === undefined) return false;
  const operationId = `${clusterPrefix}${ports.ulid(ports.clock())}`;
  const fence = scan.fence + 1;
  const identity = {
    principal: operator,
    actor: null,
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/confirm-gone',
    apiRequestId: operationId,
  };
  const context = { ...auditContextOf({ recordPrincipal: () => operator }, 'OBSERVE_ASSOCIATION', identity), reason };
  const { accountId, region, clusterName } = cluster;
  const message =
    `The cluster ${accountId}/${region}/${clusterName} is gone, as an operator confirmed: EKS has not found it since ` +
    `${new Date(missing.since).toISOString()}. Its associations end with the next scan.`;
  const entry = makeEntry(ports, context, { operationId, event: 'CLUSTER_GONE', fence, cluster, message });
  const next = { ...scan, fence, gone: { operationId, at: missing.latestAt } };
  return ports.ledger.putClusterScan(scan.fence, next, entry);
}
