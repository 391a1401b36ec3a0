import type { EksFor } from '../eks/eks.ts';
import type { ClusterScan, ObservationStore } from '../ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { LocksReader, OperationRecords } from '../ledger/ledger.ts';
import type { ClusterRef } from '../model/association.ts';
import { clusterReadsLockFor } from '../model/lock.ts';
import type { Log } from '../runtime/log.ts';
import { endAssociations, endClusters } from './end-cluster.ts';
import { absenceAfter, isGone } from './missing.ts';
import { clusterLease } from './cluster-lease.ts';
import type { ClusterLease } from './cluster-lease.ts';
import { makeAccountReads } from './account-reads.ts';
import type { AccountReadPorts } from './account-reads.ts';
import { nothingScanned, scanCluster } from './scan-cluster.ts';
import type { ClusterScanResult, ClusterScanPorts } from './scan-cluster.ts';
import { dueClusters } from './due-clusters.ts';

/** How often, and how fast, clusters are scanned. */
export interface ScanSettings {
  /** How long after a complete scan the next one of the same cluster begins. Milliseconds. */
  readonly intervalMs: number;
  /**
   * After this time, an association is read again although nothing tells that it changed.
   * Milliseconds.
   */
  readonly maxAgeMs: number;
  /**
   * How many reads may start within any one second, in each account and region, of all runs
   * together.
   */
  readonly readsPerSecond: number;
}

/** Half of what lists with details may read: other tools of the account share its quota. */
export const defaultScanSettings: ScanSettings = { intervalMs: 300_000, maxAgeMs: 86_400_000, readsPerSecond: 10 };

/** What a scan works with. */
export interface ScanPorts extends ClusterScanPorts, AccountReadPorts {
  readonly observations: ObservationStore;
  readonly ledger: OperationRecords & LocksReader;
  readonly directory: { readonly clusters: readonly ClusterRef[] };
  readonly log: Log;
}

/** What one run did, and what it left. */
export interface ScanResult {
  /** Clusters that were scanned completely, and those that continue with the next run. */
  complete: number;
  incomplete: number;
  /** Clusters that EKS did not let the run read. */
  unreadable: number;
  /**
   * Clusters that can't be read, and of which no scan has read everything for
   * {@link blindIntervals}.
   */
  blindClusters: number;
  /**
   * Clusters that another run scans, or whose account and region it reads, and those that are due
   * but that this run had no time for.
   */
  leased: number;
  waiting: number;
  /** Clusters in which operators have locked reads. */
  locked: number;
  /** Clusters that became certain to be gone: one entry each in the audit trail. */
  clustersGone: number;
  /** Clusters that EKS does not find, although it is not certain that they are gone. */
  clustersHeld: number;
  /** Service accounts whose state was written; of these, those that were changed outside. */
  observed: number;
  outside: number;
  /**
   * Differences that are new since the last scan, and those that ended: one entry each in the audit
   * trail.
   */
  driftFound: number;
  driftResolved: number;
  /**
   * Time since the oldest complete scan of a cluster began; 0 without clusters. Whole seconds. A
   * cluster without one counts from its first scan.
   */
  oldestScanSeconds: number;
}

/** How many clusters are scanned at the same time. */
const concurrency = 8;

/**
 * After so many intervals without a complete scan, a cluster that can't be read is blind: fewer can
 * be a fault that passes.
 */
const blindIntervals = 3;

/** A cluster is begun only with this much time left. Milliseconds. */
const leastMs = 12_000;

/**
 * Scans the clusters of the inventory that are due, in the order of {@link dueClusters}. One run at a time reads an account and region, which keeps the rate limit, and scans a
 * cluster: each has a lease, that of a cluster with a fence. Locks on changes do not stop it,
 * because it changes nothing at EKS, and what is found matters most while changes are locked; locks
 * on reads do, from the next run on. `deadline` is when the run must end, in milliseconds since the
 * epoch. Throws `LedgerUnavailable`.
 */
export async function scan(ports: ScanPorts, settings: ScanSettings, deadline: number): Promise<ScanResult> {
  const result: ScanResult = {
    complete: 0,
    incomplete: 0,
    unreadable: 0,
    leased: 0,
    waiting: 0,
    locked: 0,
    clustersGone: 0,
    clustersHeld: 0,
    observed: 0,
    outside: 0,
    driftFound: 0,
    driftResolved: 0,
    blindClusters: 0,
    oldestScanSeconds: 0,
  };
  const now = ports.clock();
  const known = new Map((await ports.observations.clusterScans()).map((one) => [keyOf(one.cluster), one]));
  const { locks } = await ports.ledger.getLocks();
  const isLocked = (cluster: ClusterRef) => clusterReadsLockFor(locks, cluster) !== null;
  result.locked = ports.directory.clusters.filter(isLocked).length;
  const all = ports.directory.clusters.map((cluster) => ({ cluster, last: known.get(keyOf(cluster)) ?? null }));
  const scans = all.flatMap(({ cluster, last }) => (last === null || isLocked(cluster) || isGone(last) ? [] : [last]));
  const ages = scans.map((last) => now - seenUntil(last));
  result.oldestScanSeconds = Math.floor(ages.reduce((most, age) => Math.max(most, age), 0) / 1_000);
  const blindMs = blindIntervals * settings.intervalMs;
  result.blindClusters = scans.filter((last, at) => last.failure !== null && (ages[at] ?? 0) > blindMs).length;
  const due = dueClusters(
    all.filter(({ cluster }) => !isLocked(cluster)),
    now,
    settings,
  );
  const { readsPerSecond } = settings;
  const accounts = makeAccountReads(
    ports,
    due.map(({ cluster }) => cluster),
    { readsPerSecond, deadline },
  );
  const written = new Map<string, ClusterScan>();
  const scanDue = async (cluster: ClusterRef, last: ClusterScan | null) => {
    const eksFor = await accounts.begin(cluster);
    const lease = eksFor && clusterLease(ports, cluster, last, deadline);
    // A first scan is known from its beginning: an alarm counts its age from then on.
    if (!eksFor || !lease || (last === null && !(await lease.take()))) result.leased += 1;
    else {
      const scanned = await scanLeased(ports, eksFor, lease, { ...settings, deadline }, result);
      if (scanned) written.set(keyOf(cluster), scanned);
    }
  };
  const queue = due.values();
  const worker = async () => {
    for (const { cluster, last } of queue) {
      if (ports.clock() > deadline - leastMs) result.waiting += 1;
      else await scanDue(cluster, last);
      await accounts.end(cluster);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const clusters = all.flatMap(({ cluster }) => (isLocked(cluster) ? [] : [cluster]));
  const latest = new Map([...known, ...written]);
  const fleet = { clusters, scans: [...latest.values()], intervalMs: settings.intervalMs, now };
  return { ...result, ...(await endClusters(ports, fleet, new Set(written.values()), deadline)) };
}

/**
 * Scans a cluster, records how it ended, and returns what was recorded. A run that lost its
 * lease records nothing.
 */
async function scanLeased(
  ports: ScanPorts,
  eksFor: EksFor,
  lease: ClusterLease,
  settings: ScanSettings & { readonly deadline: number },
  result: ScanResult,
): Promise<ClusterScan | null> {
  const { missing: _, gone: __, ...before } = lease.scan;
  const { cluster, startedAt, completedAt, firstCompletedAt } = before;
  const scanned = await scanOrFail(ports, eksFor, cluster, { ...settings, lease });
  if (scanned === null) {
    result.leased += 1;
    return null;
  }
  const { isComplete, failure } = scanned;
  const absence = await absenceAfter(ports, eksFor, lease.scan, scanned, settings);
  const next = await lease.end({
    ...before,
    ...absence,
    completedAt: isComplete ? startedAt : completedAt,
    firstCompletedAt: firstCompletedAt ?? (isComplete ? startedAt : null),
    incompleteSince: isComplete ? null : before.incompleteSince,
    failure: failure && { exception: failure.exception, message: failure.message },
    ...(scanned.listed !== null && { listed: { associations: scanned.listed, at: startedAt } }),
  });
  if (next && isGone(next) && (scanned.present > 0 || next.gone?.isEnded !== true))
    await endAssociations(ports, next, settings.deadline);
  result[isGone(absence) ? 'complete' : outcomeOf(scanned)] += 1;
  for (const count of ['observed', 'outside', 'driftFound', 'driftResolved'] as const) result[count] += scanned[count];
  if (failure && !isGone(absence))
    ports.log('warn', 'A cluster could not be scanned.', { ...cluster, exception: failure.exception });
  return next;
}

/** A cluster that can't be scanned must not keep others from being scanned. */
async function scanOrFail(
  ports: ScanPorts,
  eksFor: EksFor,
  cluster: ClusterRef,
  settings: Parameters<typeof scanCluster>[3],
): Promise<ClusterScanResult | null> {
  try {
    return await scanCluster(ports, eksFor(cluster), cluster, settings);
  } catch (error) {
    if (error instanceof LedgerUnavailable) throw error;
    ports.log('error', 'A scan failed.', { ...cluster, error: String(error) });
    const failure = { exception: 'ScanFailed', message: 'The log of the scan says why.', requestId: null };
    return { ...nothingScanned, failure };
  }
}

function outcomeOf({ isComplete, failure }: ClusterScanResult): 'complete' | 'incomplete' | 'unreadable' {
  if (failure) return 'unreadable';
  return isComplete ? 'complete' : 'incomplete';
}

/**
 * Until when the changes of a cluster are known: when its last complete scan began, or else its
 * first scan.
 */
function seenUntil({ completedAt, incompleteSince, startedAt }: ClusterScan): number {
  return completedAt ?? incompleteSince ?? startedAt;
}

function keyOf({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}
