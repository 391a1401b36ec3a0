import { checkEnsure, ensure } from '../../../src/operations/ensure/ensure.ts';
import type { EnsureCall } from '../../../src/operations/ensure/request.ts';
import type { EnsureResult } from '../../../src/operations/ensure/result.ts';
import { othersRole, roleArn, serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { tagOf } from './home.ts';
import { isAsDesired } from './model-ensure.ts';
import type { Desire } from './model-ensure.ts';
import { dependenciesOf } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults } from './scenario.ts';

/** A desired state as a scenario sends it. */
export interface ScenarioDesire {
  readonly principal: 'alice' | 'bob';
  readonly declaration: 'd1' | 'd2';
  /** Which association, or none. Variant 0 is what others make too. */
  readonly wants: 0 | 1 | 'nothing';
  /** The value of its one tag, that it has no tag, or that its tags stay as they are. */
  readonly tag: 'x' | 'y' | 'none' | 'any';
  readonly takesOver: boolean;
  /** Whether it ends, after a time that no scenario reaches; absent: its expiry stays as it is. */
  readonly isDryRun?: boolean;
}

const functionMs = 29_000;

/** So many requests settle a desired state when nothing else happens: settings or adoption, expiry, tags twice, and the answer. */
const requestsToSettle = 6;

/** Longer than reads lag, with the error of clocks. Milliseconds. */
const pastLagMs = 61_000;

/** Sends desired states, each request as a process of its own, and reports what was answered to the model. */
export function makeEnsurers(
  environment: Environment,
  start: (name: string, faults: Faults, declaration: string, isWhole: boolean) => Process,
) {
  const { model, ensured, processes, versions, recorder, log } = environment;
  const desires: ScenarioDesire[] = [];

  async function send(wanted: ScenarioDesire, faults: Faults, isWhole = false): Promise<EnsureResult | null> {
    const { principal, declaration, takesOver, isDryRun = false } = wanted;
    const name = `${principal} ${processes.all.length + 1}`;
    const process = start(name, faults, declaration, isWhole);
    const { attempt } = process;
    const desire = desireOf(wanted);
    attempt.identity = `${principal} ensure ${declaration} ${JSON.stringify([desire.roleArn, desire.tag])}`;
    log(
      () =>
        `${name} ${isDryRun ? 'tries' : 'ensures'} ${wanted.wants} with tag ${wanted.tag} for the declaration ${declaration}${takesOver ? ', taking over' : ''}${describeFaults(faults)}`,
    );
    const startedAt = recorder.tick();
    ensured.began(name, { takesOver, declaration });
    try {
      const judgement = await versions.current();
      attempt.asking = judgement.asking;
      attempt.deletes = judgement.deletes;
      attempt.denied = judgement.denied ?? null;
      const deps = dependenciesOf(environment, process, judgement);
      const call = callOf(environment, wanted, name, deps.clock() + functionMs);
      if (isDryRun) {
        await checkEnsure(deps, call);
        return null;
      }
      const result = await ensure(deps, call);
      log(
        () =>
          `  ${name} is answered ${result.status} ${result.change} ${result.refusal?.code ?? ''}${result.isSettled ? ', settled' : ''}`,
      );
      if (result.mutation) model.answered(attempt, result.mutation.result);
      ensured.answered(name, desire, startedAt, result);
      return result;
    } catch (error) {
      model.failed(attempt, error);
      return null;
    } finally {
      process.state = 'finished';
    }
  }

  return {
    async ensure(wanted: ScenarioDesire, faults: Faults): Promise<void> {
      if (wanted.isDryRun !== true) desires.push(wanted);
      await send(wanted, faults);
    },
    /** The last desired state is reached once nothing else happens, and is then reported as such. */
    async settle(moveClock: (ms: number) => Promise<void>): Promise<boolean> {
      const last = desires.at(-1);
      if (last === undefined || environment.isLocked()) return false;
      const { allows, asking, deletes } = await versions.current();
      if (!allows || asking !== 'nothing' || deletes !== undefined) return false;
      const answers: string[] = [];
      for (let count = 1; count <= requestsToSettle; count += 1) {
        await moveClock(pastLagMs);
        const result = await send({ ...last, takesOver: true }, faultless, true);
        answers.push(`${result?.status} ${result?.change} ${result?.refusal?.code ?? ''}`);
        if (result?.isSettled !== true) continue;
        const [existing = null] = environment.eks.associations();
        if (!isAsDesired(desireOf(last), existing))
          environment.isBroken('a desired state is said to be settled, and EKS has another');
        return true;
      }
      environment.isBroken(`a desired state was not settled by ${requestsToSettle} requests: ${answers.join(', ')}`);
      return true;
    },
  };
}

function desireOf({ wants, tag }: ScenarioDesire): Desire {
  if (wants === 'nothing') return { roleArn: null, tag: null };
  return {
    roleArn: wants === 0 ? othersRole : roleArn('ensure'),
    tag: tag === 'any' ? null : tag === 'none' ? '' : tag,
  };
}

function callOf({ clusterName }: Environment, wanted: ScenarioDesire, name: string, deadline: number): EnsureCall {
  const { principal, declaration, takesOver: takeOver } = wanted;
  const { roleArn: desired, tag } = desireOf(wanted);
  const identity = {
    principal: { id: principal, kind: 'USER' as const, groups: [], sessionName: null },
    actor: null,
    sourceAddress: null,
    userAgent: null,
    apiRequestId: name,
  };
  const common = { clusterName, ...serviceAccount, declaration, takeOver, reason: 'ensure' };
  if (desired === null) return { identity, deadline, input: common };
  const tags = tag === null ? null : tag === '' ? [] : [tagOf(tag)];
  return { identity, deadline, input: { ...common, roleArn: desired, tags } as EnsureCall['input'] };
}
