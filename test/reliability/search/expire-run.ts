import { defaultExpireSettings, expire } from '../../../src/operations/expire.ts';
import type { Environment } from './environment.ts';
import { gatedApprovals, gatedEndings } from './ports.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { describeFaults } from './scenario.ts';
import type { Faults } from './scenario.ts';

/** Maximum number of concurrent runs. Nothing but the schedule keeps two from running at the same time. */
const maxRuns = 2;

const runMs = 60_000;

/** Returns what ends the associations that are due, as a process with the clock of the function `expire`. */
export function makeExpireRun(environment: Environment, start: (name: string, faults: Faults) => Process) {
  const { clock, processes, model, log } = environment;
  return async (faults: Faults): Promise<void> => {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.isExpireRun && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxRuns) return;
    const process = start(`expire ${processes.all.length + 1}`, faults);
    const { name } = process.attempt;
    log(() => `${name} starts${describeFaults(faults)}`);
    const stores = {
      observations: gatedEndings(environment, process),
      approvals: gatedApprovals(environment, process),
    };
    const deps = { ...dependenciesOf(environment, process, whatPermitsAll), clock: clock.expireRun, ...stores };
    try {
      const counts = await expire(deps, defaultExpireSettings, name, clock.expireRun() + runMs);
      log(
        () =>
          `  ${name} ends: ${Object.entries(counts)
            .flatMap(([what, count]) => (count > 0 ? [`${what} ${count}`] : []))
            .join(', ')}`,
      );
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
  };
}
