import { monotonicFactory } from 'ulid';
import type { ClusterScan } from '../../../../src/ledger/cluster-scan.ts';
import type { ClusterRef } from '../../../../src/model/association.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { identifyOperator } from '../lock/operator.ts';
import { withLedger } from '../session.ts';
import { recordGone } from './record.ts';
import { obstacleOf } from './evidence.ts';

/** Which cluster is gone, and how the operator knows. */
export interface ConfirmRequest {
  readonly cluster: ClusterRef;
  readonly reason: string;
  /** Whether it is recorded, rather than only shown. */
  readonly isConfirmed: boolean;
}

/** Shows what the scans saw of a cluster and, if asked to, records that it is gone. */
export async function run(
  { cluster, reason, isConfirmed }: ConfirmRequest,
  { settings, print, warn }: Context<LedgerSettings>,
): Promise<number> {
  return withLedger(settings, async (ledger) => {
    const [scan = null] = await ledger.getClusterScans([cluster]);
    for (const line of linesOf(cluster, scan)) print(line);
    const obstacle = obstacleOf(cluster, scan, Date.now());
    if (scan === null || obstacle !== null) {
      warn(`Nothing is confirmed. ${obstacle ?? ''}`);
      return 1;
    }
    if (!isConfirmed) {
      print('Nothing is confirmed yet: look in the account, then add --confirm.');
      return 0;
    }
    const { principal: operator } = await identifyOperator(settings);
    const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
    if (!(await recordGone(deps, scan, { operator, reason }))) {
      warn('Nothing is confirmed. A scan of the cluster began meanwhile. Run the command again.');
      return 1;
    }
    print(`Confirmed by ${operator.id}. The next scan ends its associations.`);
    return 0;
  });
}

/** What the scans saw, for people. */
function linesOf({ accountId, region, clusterName }: ClusterRef, scan: ClusterScan | null): readonly string[] {
  const name = `Cluster ${accountId}/${region}/${clusterName}`;
  if (scan === null) return [`${name}: no scan.`];
  const { missing, listed, failure, completedAt } = scan;
  const account = missing?.callerAccountId ?? 'not known';
  return [
    `${name}:`,
    `- last complete scan: ${timeOf(completedAt)}`,
    ...(listed ? [`- associations in the last list: ${listed.associations}, at ${timeOf(listed.at)}`] : []),
    `- last scan: ${timeOf(scan.startedAt)}, ${failure ? `${failure.exception}: ${failure.message}` : 'without a failure'}`,
    ...(missing
      ? [
          `- not found by any scan since ${timeOf(missing.since)}, last at ${timeOf(missing.latestAt)}`,
          `- DescribeCluster: ${missing.isUnknownToEks ? 'not found' : 'not asked yet, or no such answer'}`,
          `- account of the credentials by AWS STS: ${account}`,
        ]
      : []),
  ].map((line) => line.replaceAll(/\p{Cc}/gu, '?'));
}

function timeOf(time: number | null): string {
  return time === null ? 'none' : new Date(time).toISOString();
}
