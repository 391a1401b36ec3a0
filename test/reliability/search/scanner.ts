import type { ClusterScan } from '../../../src/ledger/cluster-scan.ts';
import { makeAccountReads } from '../../../src/observations/account-reads.ts';
import { observeChange } from '../../../src/observations/observe-change.ts';
import type { ReportedChangePorts } from '../../../src/observations/observe-change.ts';
import { scanCluster } from '../../../src/observations/scan-cluster.ts';
import type { ClusterScanPorts } from '../../../src/observations/scan-cluster.ts';
import { ulids } from './environment.ts';
import type { Environment } from './environment.ts';
import { home, scanMs, times } from './home.ts';
import { gatedEks, gatedLease, gatedLedger, gatedObservations } from './ports.ts';
import type { Process } from './processes.ts';
import { describeFaults } from './scenario.ts';
import type { Faults, ScanReads } from './scenario.ts';

/** Maximum number of concurrent scans. Leases make them rare, but a stopped run can go on after its lease. */
const maxScans = 2;

/** Ages of reads, in milliseconds: every association was read longer ago than the first, whatever the clocks show, and none than the second. */
const [readsAllMs, readsDueMs] = [-3_600_000, 30 * 24 * 3_600_000];

const names: Readonly<Record<ScanReads, string>> = {
  all: 'all',
  due: 'what is due',
  reported: 'a reported change',
  leased: 'all, with the lease of the account',
};

type ScanBounds = Parameters<typeof scanCluster>[3];

/** Returns what runs a scan of the scenario's cluster as a process, with the clock of scans; what a reported change starts has another one. */
export function makeScanner(environment: Environment, start: (name: string, faults: Faults) => Process) {
  const { clock, eks, processes, model, leases, series, log } = environment;
  const cluster = { ...home, clusterName: environment.clusterName };
  /** Ids by the clock of whoever made them. */
  const ulidsOf = { scan: ulids(series, 1_000_000), reported: ulids(series, 2_000_000) };
  let fence = 0;
  /** As `scan` keeps it with the lease. */
  let completedAt: number | null = null;
  /** Reads the association that something told of; none if there is none. */
  async function observeReported(ports: ReportedChangePorts): Promise<void> {
    const [existing] = eks.associations();
    if (!existing) return;
    const change = { cluster, associationId: existing.associationId, changedAt: null };
    await observeChange(ports, change, ports.clock() + scanMs);
  }

  /** A scan that first takes the lease of the account, as runs do. Nothing waits for its rate limit. */
  async function scanLeased(process: Process, deps: ClusterScanPorts, bounds: ScanBounds): Promise<void> {
    const { name } = process.attempt;
    const startedAt = deps.clock();
    const wait = () => Promise.resolve();
    const observations = gatedLease(environment, process);
    const eksFor = () => gatedEks(environment, process);
    const limits = { readsPerSecond: 1_000, deadline: bounds.deadline };
    leases.began(name);
    const accounts = makeAccountReads({ ...deps, observations, eksFor, wait }, [cluster], limits);
    const limited = await accounts.begin(cluster);
    if (!limited) return;
    if ((await scanCluster(deps, limited(cluster), cluster, bounds))?.isComplete)
      completedAt = Math.max(startedAt, completedAt ?? startedAt);
    await accounts.end(cluster);
  }

  return async (reads: ScanReads, faults: Faults): Promise<void> => {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.name.startsWith('scan ') && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxScans) return;
    const process = start(`scan ${processes.all.length + 1}`, faults);
    log(() => `${process.attempt.name} reads ${names[reads]}${describeFaults(faults)}`);
    const startedAt = clock.scanner();
    if (reads !== 'reported') fence += 1;
    const progress: ClusterScan = {
      ...{ cluster, fence, completedAt, firstCompletedAt: completedAt, incompleteSince: null, failure: null },
      ...{ startedAt, endedAt: null, leaseUntil: startedAt + scanMs },
    };
    const ledger = gatedLedger(environment, process);
    const gated = gatedEks(environment, process);
    const deps = {
      ledger: { ...ledger, getClusterScan: () => Promise.resolve(fence === 0 ? null : progress) },
      observations: gatedObservations(environment, process, completedAt),
      ...(reads === 'reported'
        ? { clock: clock.secondGateway, ulid: ulidsOf.reported }
        : { clock: clock.scanner, ulid: ulidsOf.scan }),
      ...{ times, directory: { clusters: [cluster] }, eksFor: () => gated },
    };
    const lease = { scan: progress, take: () => Promise.resolve(true) };
    const bounds = { maxAgeMs: reads === 'due' ? readsDueMs : readsAllMs, deadline: startedAt + scanMs, lease };
    try {
      if (reads === 'reported') await observeReported(deps);
      else if (reads === 'leased') await scanLeased(process, deps, bounds);
      else if ((await scanCluster(deps, gated, cluster, bounds))?.isComplete)
        completedAt = Math.max(startedAt, completedAt ?? startedAt);
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
  };
}
