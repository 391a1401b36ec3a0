import { scanCluster } from '../../../src/observations/scan-cluster.ts';
import type { Environment } from './environment.ts';
import { home } from './home.ts';
import { gatedEks, gatedLedger, gatedObservations } from './ports.ts';
import { times } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import type { Faults } from './scenario.ts';

/** Maximum number of concurrent scans. Leases make them rare, but a stopped run can go on after its lease. */
const maxScans = 2;

/** Time limit of a scan, in milliseconds. */
const scanMs = 60_000;

/** Every association was read longer ago, whatever the clocks show; by default, none was in a scenario. Milliseconds. */
const [readsAllMs, readsDueMs] = [-3_600_000, 30 * 24 * 3_600_000];

/** Returns what runs a scan of the scenario's cluster as a process, with the clock of scans. */
export function makeScanner(environment: Environment, start: (name: string, faults: Faults) => Process) {
  const { clock, processes, model, ulid, clusterName, log } = environment;
  let fence = 0;
  /** As `scan` keeps it with the lease. */
  let completedAt: number | null = null;
  return async (readsAll: boolean, faults: Faults): Promise<void> => {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.name.startsWith('scan ') && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxScans) return;
    const process = start(`scan ${processes.all.length + 1}`, faults);
    log(() => `${process.attempt.name} starts${readsAll ? '' : ', for what is due'}`);
    const startedAt = clock.scanner();
    const lease = { fence: (fence += 1), completedAt };
    const deps = {
      ledger: gatedLedger(environment, process),
      observations: gatedObservations(environment, process, completedAt),
      ...{ clock: clock.scanner, ulid, times },
    };
    const bounds = { maxAgeMs: readsAll ? readsAllMs : readsDueMs, deadline: startedAt + scanMs, lease };
    try {
      const cluster = { ...home, clusterName };
      const { isComplete } = await scanCluster(deps, gatedEks(environment, process), cluster, bounds);
      if (isComplete) completedAt = Math.max(startedAt, completedAt ?? startedAt);
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
  };
}
