import { checkEnsure, ensure } from '../../../src/operations/ensure/ensure.ts';
import type { EnsureCall } from '../../../src/operations/ensure/request.ts';
import type { EnsureResult } from '../../../src/operations/ensure/result.ts';
import type { CallerAnswer } from '../facts.ts';
import { othersRole, roleArn, serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { tagOf } from './home.ts';
import type { ScenarioDesire } from './desires.ts';
import { isAsDesired } from './model-ensure.ts';
import type { Desire } from './model-ensure.ts';
import { dependenciesOf } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults } from './scenario.ts';

const functionMs = 29_000;

/** Of which nothing is known. */
const noAnswer = {
  kind: 'create',
  answeredAt: Infinity,
  status: 'NONE',
  code: null,
  httpStatus: null,
  associationArn: null,
  operationId: null,
  event: null,
} as const;

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
  const requests: CallerAnswer[] = [];

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
    // What it is answered belongs to tokens that it does not know; when it arrived counts.
    requests.push({ ...noAnswer, principal, clientRequestToken: name, apiRequestId: name, startedAt });
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
    /** The requests, as far as the guarantees need them. */
    requests: () => requests,
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
