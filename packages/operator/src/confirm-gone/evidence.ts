import type { ClusterScan } from '../../../../src/ledger/cluster-scan.ts';
import type { ClusterRef } from '../../../../src/model/association.ts';

/**
 * Why an operator can't confirm that a cluster is gone; null if they can: EKS, asked in two ways
 * and with credentials of its account, does not have it, and no scan has seen it since. All that
 * they replace is that another cluster was read, or that few are missing.
 *
 * @param now milliseconds since the epoch
 */
export function obstacleOf(cluster: ClusterRef, scan: ClusterScan | null, now: number): string | null {
  if (scan === null) return 'It was never scanned: check name, account and region.';
  const { missing, failure, firstCompletedAt } = scan;
  if (scan.gone !== undefined) return 'It is recorded to be gone already.';
  if (scan.leaseUntil > now) return 'A scan of it runs: try again in a minute.';
  if (firstCompletedAt === null) return 'No scan has read it completely: nothing is known that could end.';
  if (failure === null) return 'The last scan has read it, so it exists.';
  if (failure.exception !== notFound || missing === undefined)
    return `The last scan failed with ${failure.exception}, which does not say that it is gone: give the scan its rights back.`;
  if (!missing.isUnknownToEks)
    return 'DescribeCluster has not said that it does not exist: wait for another scan, or give the scan this right.';
  if (missing.callerAccountId !== cluster.accountId)
    return `The credentials of the scan are of the account ${missing.callerAccountId ?? '(not known)'}, not ${cluster.accountId}.`;
  return null;
}

const notFound = 'ResourceNotFoundException';
