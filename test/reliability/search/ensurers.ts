import type { EnsurePodIdentityAssociationInput } from '../../../src/generated/types.ts';
import { checkEnsure, ensure } from '../../../src/operations/ensure/ensure.ts';
import type { EnsureCall } from '../../../src/operations/ensure/request.ts';
import type { EnsureResult } from '../../../src/operations/ensure/result.ts';
import type { CallerAnswer } from '../facts.ts';
import { othersRole, roleArn, serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { home, tagOf } from './home.ts';
import type { ScenarioDesire } from './desires.ts';
import { isAsDesired } from './model-ensure.ts';
import type { Desire } from './model-ensure.ts';
import { dependenciesOf } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { expiryOf } from './targets.ts';
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

/** As long after its end, an expiry is named again. Milliseconds. */
const overMs = 120_000;

/** Longer than reads lag, with the error of clocks. Milliseconds. */
const pastLagMs = 61_000;

/** Sends desired states, each request as a process of its own, and reports what was answered to the model. */
export function makeEnsurers(
  environment: Environment,
  start: (
    name: string,
    faults: Faults,
    desired: { readonly declaration: string; readonly expiry: string | null | undefined },
    isWhole: boolean,
  ) => Process,
) {
  const { model, ensured, processes, versions, recorder, clock, log } = environment;
  const ends = new Map<string, string>();

  /** When what is desired ends: the same in repetitions, unless that is over. */
  function endOf({ ends: when, wants, declaration }: ScenarioDesire): string | null | undefined {
    if (when === undefined || wants === 'nothing') return undefined;
    if (when === 'never') return null;
    const key = `${declaration} ${wants} ${when}`;
    const known = ends.get(key);
    if (known !== undefined && Date.parse(known) > clock.gateway() - overMs) return known;
    const next = expiryOf('create', when, clock.gateway()) ?? '';
    ends.set(key, next);
    return next;
  }
  const desires: ScenarioDesire[] = [];
  const requests: CallerAnswer[] = [];

  async function send(wanted: ScenarioDesire, faults: Faults, isWhole = false): Promise<EnsureResult | null> {
    const { principal, declaration, takesOver, isDryRun = false } = wanted;
    const name = `${principal} ${processes.all.length + 1}`;
    const expiry = endOf(wanted);
    const process = start(name, faults, { declaration, expiry }, isWhole);
    const { attempt } = process;
    const desire = { ...desireOf(wanted), expiry };
    attempt.identity = `${principal} ensure ${declaration} ${JSON.stringify([desire.roleArn, desire.tag, expiry])}`;
    log(
      () =>
        `${name} ${isDryRun ? 'tries' : 'ensures'} ${wanted.wants} with tag ${wanted.tag} for the declaration ${declaration}${expiry === undefined ? '' : `, expiry ${expiry}`}${takesOver ? ', taking over' : ''}${describeFaults(faults)}`,
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
      const call = callOf(environment, { ...wanted, expiry }, name, deps.clock() + functionMs);
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
      const given = desires.at(-1);
      if (given === undefined || environment.isLocked()) return false;
      // What ends soon could no longer be requested at last.
      const last = given.ends === 'soon' ? { ...given, ends: 'later' as const } : given;
      const { allows, asking, deletes } = await versions.current();
      if (!allows || deletes !== undefined) return false;
      if (asking !== 'nothing') versions.publish({ allows, asking: 'nothing' });
      ends.clear();
      const answers: string[] = [];
      for (let count = 1; count <= requestsToSettle; count += 1) {
        await moveClock(pastLagMs);
        const result = await send({ ...last, takesOver: true }, faultless, true);
        answers.push(`${result?.status} ${result?.change} ${result?.refusal?.code ?? ''}`);
        if (result?.isSettled !== true) continue;
        const [existing = null] = environment.eks.associations();
        if (!isAsDesired(desireOf(last), existing))
          environment.isBroken('a desired state is said to be settled, and EKS has another');
        const state = await environment.ledger.getAssociationState(targetOf(environment));
        const expiry = endOf(last);
        if (expiry !== undefined && (state?.expiry?.expiresAt ?? null) !== expiry)
          environment.isBroken(
            `a desired state is said to be settled, and ends at ${state?.expiry?.expiresAt}, not ${expiry}`,
          );
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

function targetOf({ clusterName }: Environment) {
  return { ...home, clusterName, ...serviceAccount };
}

function callOf(
  { clusterName }: Environment,
  wanted: ScenarioDesire & { readonly expiry: string | null | undefined },
  name: string,
  deadline: number,
): EnsureCall {
  const { principal, declaration, takesOver: takeOver, expiry } = wanted;
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
  const expiresAt = expiry === undefined ? {} : { expiresAt: expiry };
  const input: EnsurePodIdentityAssociationInput = { ...common, roleArn: desired, tags, ...expiresAt };
  return { identity, deadline, input };
}
