import type { MutationResult } from '../../../src/operations/terms/result.ts';
import { reconcile } from '../../../src/operations/flow/reconcile.ts';
import type { CallerAnswer, ChangeKind } from '../facts.ts';
import type { Attempt } from './model-state.ts';
import type { Process } from './processes.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults, ScenarioMutation } from './scenario.ts';
import type { Environment } from './environment.ts';
import { makeVoters } from './approver.ts';
import { makeAskers } from './asker.ts';
import { makeEnsurers } from './ensurers.ts';
import { makeEraser } from './eraser.ts';
import { makeExpireRun } from './expire-run.ts';
import { gatedRepairs } from './ports.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import { makeScanner } from './scanner.ts';
import { send } from './send.ts';
import { expiryOf, inputOf, nothingExpected } from './targets.ts';
import type { MutationTarget } from './targets.ts';

/** Maximum number of concurrent requests. */
const maxCallers = 4;

/** Runs requests and the reconciler, each as a separate process. `answers` returns the answers to all requests. */
export function makeCallers(environment: Environment) {
  const { clock, eks, model, recorder, processes, versions, log } = environment;
  const mutations: ScenarioMutation[] = [];
  const targets = new Map<string, MutationTarget>();
  const answers = new Map<Process, CallerAnswer>();

  function start(
    name: string,
    identity: string | null,
    input: string,
    faults: Faults,
    isWhole = false,
    {
      ballot = null,
      declaration = null,
      expectedRevision = null,
      expiry,
    }: Partial<Pick<Attempt, 'ballot' | 'declaration' | 'expectedRevision' | 'expiry'>> = {},
  ): Process {
    const finalBefore = identity === null ? null : model.finalFor(identity, input);
    const attempt: Attempt = {
      name,
      identity,
      input,
      asking: 'nothing',
      deletes: undefined,
      ballot,
      isExpireRun: name.startsWith('expire '),
      clock: clockOf(name, ballot !== null, processes.all.length),
      expiry,
      declaration,
      expectedRevision,
      isDenied: false,
      judged: null,
      seen: null,
      shown: null,
      lock: null,
      wasLocked: null,
      locksRevision: null,
      wasDenied: false,
      denied: null,
      finalBefore,
    };
    const process: Process = {
      ...{ attempt, faults, isWhole },
      ...{ state: 'running', waitingTurns: [], writes: 0, isEksFaultTaken: false },
    };
    processes.all.push(process);
    return process;
  }

  /**
   * The association of a mutation, and what it expects: those at its first attempt, so that a repeated mutation is the same request.
   */
  function targetOf({ principal, kind, token, variant, expects, ends, ...of }: ScenarioMutation): MutationTarget {
    const key = `${principal} ${kind} ${token} ${variant} ${expects} ${ends} ${of.changesOnlyExpiry} ${of.isPlanned}`;
    const expiresAt = expiryOf(kind, ends, clock.gateway());
    const isPlanned = kind === 'update' && of.isPlanned === true;
    const [existing] = eks.associations();
    const known = targets.get(key);
    if (known) return known;
    if (kind === 'create') {
      const target = { ...nothingExpected, expiresAt, plan: planOf(expects, recorder.tick()) };
      targets.set(key, target);
      return target;
    }
    if (!existing) return nothingExpected;
    const { associationId: id, createdAt, modifiedAt } = existing;
    // An association that was never modified has no earlier `modifiedAt`.
    const stale = createdAt === modifiedAt ? new Date(Date.parse(createdAt) - 1).toISOString() : createdAt;
    const target = {
      id,
      expectedModifiedAt: { nothing: null, current: modifiedAt, stale }[expects],
      plan: isPlanned ? planOf(expects === 'stale' ? 'stale' : 'current', recorder.tick()) : null,
      expiresAt,
    };
    targets.set(key, target);
    return target;
  }

  /** What a plan knows at this time: the revision as the model counts it, so that a wrong count of the gateway is found. */
  function planOf(expects: ScenarioMutation['expects'], at: number): MutationTarget['plan'] {
    return { nothing: null, current: { at, revision: model.changes() }, stale: { at: 0, revision: 0 } }[expects];
  }

  async function submit(mutation: ScenarioMutation, faults: Faults, isWhole = false): Promise<void> {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.identity && !attempt.isExpireRun && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxCallers && !isWhole) return;
    const { principal, kind, token, variant, expects, adopts = false, declaration = null } = mutation;
    if (!isWhole) mutations.push(mutation);
    const target = targetOf(mutation);
    const identity = `${principal} ${kind} ${token}`;
    const name = `${principal} ${processes.all.length + 1}`;
    const isAdopting = kind === 'create' && adopts;
    // Variants differ in nothing that a delete, an adoption or an update of the expiry alone names; a create that may adopt names the role of others.
    const isOfExpiry = kind === 'update' && mutation.changesOnlyExpiry === true && target.expiresAt !== undefined;
    const isSame =
      isOfExpiry || (isAdopting && variant === 1) || kind === 'delete' || kind === 'adopt' || kind === 'untag';
    const requested = isSame ? 0 : variant;
    const input = `${inputOf(requested, target)} ${isAdopting}${isOfExpiry ? ' expiry alone' : ''}`;
    const expectedRevision = target.plan?.revision ?? null;
    const process = start(name, identity, input, faults, isWhole, {
      ...{ declaration, expectedRevision },
      expiry: target.expiresAt,
    });
    const { attempt } = process;
    const startedAt = recorder.tick();
    log(() => {
      const what = [
        ...(kind === 'create' || expects === 'nothing' ? [] : [`the ${expects} modifiedAt`]),
        ...(target.plan ? [`revision ${target.plan.revision}`] : []),
      ];
      const expectation = what.length === 0 ? '' : `, expecting ${what.join(' and ')},`;
      return `${name} requests the ${kind} (input ${variant}${isAdopting ? ', or an adoption' : ''}${isOfExpiry ? ', only of the expiry' : ''}${target.expiresAt === undefined ? '' : `, expiry ${target.expiresAt}`})${expectation} with token ${token}${declaration === null ? '' : ` for the declaration ${declaration}`}${describeFaults(faults)}`;
    });
    const tokenName = (operationId: string | null) => recorder.nameOf(operationId, identity, token);
    const expected = target.expectedModifiedAt;
    const content = {
      ...{ principal, kind, clientRequestToken: tokenName(null), startedAt, apiRequestId: name },
      ...(expected === null ? {} : { expectedModifiedAt: Date.parse(expected) }),
      ...(target.plan === null ? {} : { plannedAt: target.plan.at }),
    };
    answers.set(process, { ...content, answeredAt: Infinity, ...noAnswer });
    const finish = (answer: Omit<CallerAnswer, keyof typeof content | 'answeredAt'>) => {
      process.state = 'finished';
      const clientRequestToken = tokenName(answer.operationId);
      answers.set(process, { ...content, clientRequestToken, answeredAt: recorder.tick(), ...answer });
      log(() => `  ${name} is answered ${answer.status} ${answer.code ?? ''} (${answer.event ?? 'no audit entry'})`);
    };
    try {
      const judgement = await versions.current();
      attempt.asking = judgement.asking;
      attempt.deletes = judgement.deletes;
      attempt.denied = judgement.denied ?? null;
      const answer = await send(environment, process, mutation, target, judgement);
      model.answered(attempt, answer);
      finish(factOf(answer));
    } catch (error) {
      model.failed(attempt, error);
      finish({ ...noAnswer, status: 'ERROR', code: codeOf(error), httpStatus: 200 });
    }
  }

  const ensurers = makeEnsurers(environment, (name, faults, desired, isWhole) =>
    start(name, null, '', faults, isWhole, desired),
  );

  return {
    answers: () => [...answers.values(), ...ensurers.requests()],
    submit,
    /** Sends an earlier mutation again, with the same token. */
    async resubmit(index: number, faults: Faults): Promise<void> {
      const mutation = mutations[index % mutations.length];
      if (mutation) await submit(mutation, faults);
    },
    /** Changes the association by a request of another principal that runs to its end at once. */
    changeThroughGateway: (kind: ChangeKind) =>
      submit(
        { principal: 'carol', kind, token: `t${processes.all.length + 1}`, variant: 1, expects: 'nothing' },
        faultless,
        true,
      ),
    /** The dependencies of a process that reads only. */
    dependencies: () => dependenciesOf(environment, start('reader', null, '', faultless), whatPermitsAll),
    vote: makeVoters(environment, (name, faults, ballot) => start(name, null, '', faults, false, { ballot })),
    withdraw: makeAskers(environment, start),
    ensure: ensurers.ensure,
    settle: ensurers.settle,
    expire: makeExpireRun(environment, (name, faults) => start(name, null, '', faults)),
    erase: makeEraser(environment, (name, faults) => start(name, null, '', faults)),
    scan: makeScanner(environment, (name, faults) => start(name, null, '', faults)),
    /** Runs the reconciler once. */
    async reconcile(faults: Faults): Promise<void> {
      const process = start(`reconciler ${processes.all.length + 1}`, null, '', faults);
      log(() => `${process.attempt.name} starts${describeFaults(faults)}`);
      const observations = gatedRepairs(environment, process);
      const deps = { ...dependenciesOf(environment, process, whatPermitsAll), observations };
      await reconcile(deps, 'reconciler', deps.clock() + 60_000).catch((error: unknown) =>
        model.failed(process.attempt, error),
      );
      process.state = 'finished';
    },
  };
}

/** Every second process of the gateway has a clock of its own. */
function clockOf(name: string, isVote: boolean, count: number): Attempt['clock'] {
  if (name.startsWith('expire ')) return 'expireRun';
  if (name.startsWith('scan ')) return 'scanner';
  if (isVote) return 'approver';
  return count % 2 === 0 ? 'gateway' : 'secondGateway';
}

/** The answer of a crashed process. */
const noAnswer = {
  status: 'NONE',
  code: null,
  httpStatus: null,
  associationArn: null,
  operationId: null,
  event: null,
} as const;

function factOf({ status, association, refusal, auditEntry }: MutationResult) {
  const { operationId, event } = auditEntry;
  const associationArn = association?.associationArn ?? null;
  return { status, code: refusal?.code ?? null, httpStatus: 200, associationArn, operationId, event };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'INTERNAL_SERVER_ERROR';
}
