import type { ClusterScanReads } from '../../ledger/cluster-scan.ts';
import { UnsupportedFormat } from '../../ledger/format.ts';
import { LedgerUnavailable, ledgerTimeout } from '../../ledger/ledger.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Warning } from '../../model/warning.ts';
import { withDeadline } from '../../runtime/deadline.ts';

/**
 * The quota of EKS for associations of a cluster. It is not adjustable (EKS user guide, "Service
 * quotas").
 */
const quota = 5_000;

/** From this number on, 90 % of the quota, there is a warning. */
const warnFrom = 4_500;

/**
 * Whether the cluster is near its quota, by the number of associations that its last scan listed:
 * one read of the ledger, which takes `leftMs` milliseconds at most, and no EKS call. A failed read
 * is a warning.
 */
export async function quotaWarnings(ledger: ClusterScanReads, cluster: ClusterRef, leftMs: number): Promise<Warning[]> {
  const scan = await attempt(withDeadline(leftMs, ledger.getClusterScan(cluster), ledgerTimeout));
  if (scan === 'failed') return [notCounted(cluster, 'The ledger could not be read.')];
  if (!scan?.listed) return [notCounted(cluster, 'No scan of the cluster has listed them yet.')];
  return scan.listed.associations >= warnFrom ? [quotaNear(cluster, scan.listed)] : [];
}

/** The answer of the ledger; `failed` if it has none, or one of another version of the gateway. */
async function attempt<Answer>(read: Promise<Answer>): Promise<Answer | 'failed'> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof LedgerUnavailable || error instanceof UnsupportedFormat) return 'failed';
    throw error;
  }
}

function quotaNear(
  { clusterName }: ClusterRef,
  { associations, at }: { readonly associations: number; readonly at: number },
): Warning {
  const isFull = associations >= quota;
  return {
    code: 'QUOTA_NEAR',
    message:
      `Cluster ${clusterName} had ${associations} associations in the scan of ${new Date(at).toISOString()}; ` +
      `EKS allows ${quota}${isFull ? ', so it would refuse another one' : ''}.`,
    advice: 'Delete associations that are no longer needed, or use another cluster: the quota is not adjustable.',
  };
}

function notCounted({ clusterName }: ClusterRef, reason: string): Warning {
  return {
    code: 'NOT_CHECKED',
    message: `It is not known how near cluster ${clusterName} is to its quota of ${quota} associations. ${reason}`,
    advice:
      'Send the create: EKS refuses it if the quota is reached. To know it before, run the dry run again after the next scan; ' +
      'if none ends, ask the operators of the gateway.',
  };
}
