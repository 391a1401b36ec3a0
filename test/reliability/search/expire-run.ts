import { expire } from '../../../src/operations/expiry/run.ts';
import { limits } from './bursts.ts';
import { serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { gatedApprovals, gatedExpiries } from './ports.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { home } from './home.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults } from './scenario.ts';

/** Maximum number of concurrent runs. Nothing but the schedule keeps two from running at the same time. */
const maxRuns = 2;

const runMs = 60_000;

/** Returns what ends the associations that are due, as a process with the clock of the function `expire`. */
export function makeExpireRun(environment: Environment, start: (name: string, faults: Faults) => Process) {
  const { clock, processes, model, ledger, bursts, expiries, isLocked, isBroken, log } = environment;
  const target = { ...home, clusterName: environment.clusterName, ...serviceAccount };
  return async (faults: Faults): Promise<void> => {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.isExpireRun && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxRuns) return;
    const process = start(`expire ${processes.all.length + 1}`, faults);
    const { name } = process.attempt;
    log(() => `${name} starts${describeFaults(faults)}`);
    const stores = {
      observations: gatedExpiries(environment, process),
      approvals: gatedApprovals(environment, process),
    };
    const rung = new Set<unknown>();
    const deps = {
      ...{ ...dependenciesOf(environment, process, whatPermitsAll), clock: clock.expireRun, ...stores },
      log: (level: string, _: string, { accountIds }: Readonly<Record<string, unknown>>) => {
        if (level === 'error' && Array.isArray(accountIds)) for (const id of accountIds) rung.add(id);
      },
    };
    const before = await ledger.getAssociationState(target);
    const [startedAt, isReady] = [clock.expireRun(), before !== null && !isLocked() && bursts.isReady(before)];
    bursts.began(name, faults.ledger ? 1 : 0);
    try {
      const counts = await expire(deps, limits, name, startedAt + runMs);
      log(
        () =>
          `  ${name} ends: ${Object.entries(counts)
            .flatMap(([what, count]) => (count > 0 ? [`${what} ${count}`] : []))
            .join(', ')}`,
      );
      if (process.attempt.wasDenied && !rung.has(home.accountId))
        isBroken(`${name} was denied its role in ${home.accountId}, and raises no alarm that names the account`);
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
    const tookMs = clock.expireRun() - startedAt;
    if (faults !== faultless || Math.abs(tookMs) > runMs / 2) return;
    const { identity, seen } = process.attempt;
    bursts.completed(name, identity === null && seen === null ? 0 : 1);
    // Whatever keeps it moves the revision, or showed in a read of the run.
    const after = await ledger.getAssociationState(target);
    const isLeft = isReady && !isLocked() && after?.revision === before?.revision && seen === null;
    const setter = expiries.setterOf(before?.expiry?.associationId ?? '');
    if (isLeft) bursts.left(name, setter);
  };
}
