import type { MutationResult } from '../../../src/operations/result.ts';
import { mutate } from '../../../src/operations/mutate.ts';
import { operations } from '../../../src/operations/operations.ts';
import { reconcile } from '../../../src/operations/reconcile.ts';
import { changeWarnings } from '../../../src/operations/preflight.ts';
import type { MutationCall, Operation } from '../../../src/operations/operation.ts';
import type { OperationKind } from '../../../src/model/operation.ts';
import type { RequestIdentity } from '../../../src/model/principal.ts';
import type { CallerAnswer, ChangeKind, MutationKind } from '../facts.ts';
import type { Attempt } from './model-state.ts';
import type { Judgement } from './policy-versions.ts';
import type { Process } from './processes.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults, ScenarioMutation } from './scenario.ts';
import { othersRole, roleArn, serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { makeVoters } from './approver.ts';
import { makeExpirer } from './expirer.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import { makeScanner } from './scanner.ts';

/** Maximum number of concurrent requests. */
const maxCallers = 4;

/** Time limit of a request through API Gateway, in milliseconds. */
const functionMs = 29_000;

/** An id that is never assigned to an association. */
const noAssociation = 'a-00000000000000000';

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
    { ballot = null, ending }: Partial<Pick<Attempt, 'ballot' | 'ending'>> = {},
  ): Process {
    const finalBefore = identity === null ? null : model.finalFor(identity, input);
    const attempt: Attempt = {
      name,
      identity,
      input,
      asking: 'nothing',
      ballot,
      isExpirer: name.startsWith('expire '),
      ending,
      isDenied: false,
      judged: null,
      seen: null,
      lock: null,
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
    const key = `${principal} ${kind} ${token} ${variant} ${expects} ${ends} ${of.changesOnlyEnding}`;
    const expiresAt = endingOf(kind, ends, clock.gateway());
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
      plan: null,
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
      ({ state, attempt }) => attempt.identity && !attempt.isExpirer && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxCallers && !isWhole) return;
    const { principal, kind, token, variant, expects, adopts = false } = mutation;
    if (!isWhole) mutations.push(mutation);
    const target = targetOf(mutation);
    const identity = `${principal} ${kind} ${token}`;
    const name = `${principal} ${processes.all.length + 1}`;
    const isAdopting = kind === 'create' && adopts;
    // Variants differ in nothing that a delete, an adoption or an update of the ending alone names; a create that may adopt names the role of others.
    const isOfEnding = kind === 'update' && mutation.changesOnlyEnding === true && target.expiresAt !== undefined;
    const isSame = isOfEnding || (isAdopting && variant === 1) || kind === 'delete' || kind === 'adopt';
    const requested = isSame ? 0 : variant;
    const input = `${inputOf(requested, target)} ${isAdopting}${isOfEnding ? ' ending alone' : ''}`;
    const process = start(name, identity, input, faults, isWhole, { ending: target.expiresAt });
    const { attempt } = process;
    const startedAt = recorder.tick();
    log(() => {
      const what = target.plan ? `revision ${target.plan.revision}` : `the ${expects} modifiedAt`;
      const expectation = expects === 'nothing' ? '' : `, expecting ${what},`;
      return `${name} requests the ${kind} (input ${variant}${isAdopting ? ', or an adoption' : ''}${isOfEnding ? ', only of the ending' : ''}${target.expiresAt === undefined ? '' : `, ending ${target.expiresAt}`})${expectation} with token ${token}${describeFaults(faults)}`;
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
      const answer = await send(environment, process, mutation, target, judgement);
      model.answered(attempt, answer);
      finish(factOf(answer));
    } catch (error) {
      model.failed(attempt, error);
      finish({ ...noAnswer, status: 'ERROR', code: codeOf(error), httpStatus: 200 });
    }
  }

  return {
    answers: () => [...answers.values()],
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
    expire: makeExpirer(environment, (name, faults) => start(name, null, '', faults)),
    scan: makeScanner(environment, (name, faults) => start(name, null, '', faults)),
    /** Runs the reconciler once. */
    async reconcile(faults: Faults): Promise<void> {
      const process = start(`reconciler ${processes.all.length + 1}`, null, '', faults);
      log(() => `${process.attempt.name} starts${describeFaults(faults)}`);
      const deps = dependenciesOf(environment, process, whatPermitsAll);
      await reconcile(deps, 'reconciler', clock.gateway() + 60_000).catch((error: unknown) =>
        model.failed(process.attempt, error),
      );
      process.state = 'finished';
    },
  };
}

/** What a mutation is about. */
interface MutationTarget {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly expectedModifiedAt: string | null;
  /** When a create was planned, and the revision of the service account then; null: it expects none. */
  readonly plan: { readonly at: number; readonly revision: number } | null;
  /** RFC 3339, UTC. Null: it clears the ending; undefined: it names none. */
  readonly expiresAt: string | null | undefined;
}

/** A little more than the shortest lifetime, and so much that an extension is later. Milliseconds. */
const lifetimesMs = { soon: 360_000, later: 900_000 };

function endingOf(kind: MutationKind, ends: ScenarioMutation['ends'], now: number): MutationTarget['expiresAt'] {
  if (ends === undefined || (kind !== 'create' && kind !== 'update')) return undefined;
  if (ends === 'never') return kind === 'update' ? null : undefined;
  return new Date(now + lifetimesMs[ends]).toISOString();
}

const nothingExpected: MutationTarget = {
  id: noAssociation,
  expectedModifiedAt: null,
  plan: null,
  expiresAt: undefined,
};

function inputOf(variant: number, { id, expectedModifiedAt, plan, expiresAt }: MutationTarget): string {
  return `${variant} ${id} ${expectedModifiedAt} ${plan?.revision}${expiresAt === undefined ? '' : ` ${expiresAt}`}`;
}

/** Sends a mutation to the gateway, and reads the warnings of its answer. */
function send(
  environment: Environment,
  process: Process,
  { principal, kind, token, variant, adopts, changesOnlyEnding }: ScenarioMutation,
  { id: associationId, expectedModifiedAt, plan, expiresAt }: MutationTarget,
  judgement: Judgement,
): Promise<MutationResult> {
  const { clusterName, series, clock } = environment;
  const deps = dependenciesOf(environment, process, judgement);
  const deadline = clock.gateway() + functionMs;
  const identity: RequestIdentity = {
    principal: { id: principal, kind: 'USER', groups: [], sessionName: null },
    actor: null,
    sourceAddress: null,
    userAgent: null,
    apiRequestId: process.attempt.name,
  };
  const common = { clusterName, clientRequestToken: `${token}-${series}`, reason: token };
  const role = { roleArn: roleArn(`${kind}-${variant}`) };
  const ending = expiresAt === undefined ? {} : { expiresAt };
  const existing = { ...common, associationId, expectedModifiedAt };
  const run = async <Kind extends OperationKind>(operation: Operation<Kind>, input: MutationCall<Kind>['input']) => {
    const result = await mutate(deps, operation, { identity, input, deadline });
    await changeWarnings(deps, operation, result, deadline);
    return result;
  };
  switch (kind) {
    case 'create': {
      const tags = variant === 2 ? fiftyTags : [];
      const expectedRevision = plan?.revision ?? null;
      const binding = { ...common, ...serviceAccount, ...role, ...ending, tags, expectedRevision };
      const orAdopt = { roleArn: othersRole, ifExists: 'ADOPT' } as const;
      return run(operations.CREATE_POD_IDENTITY_ASSOCIATION, adopts ? { ...binding, ...orAdopt } : binding);
    }
    case 'update':
      return run(
        operations.UPDATE_POD_IDENTITY_ASSOCIATION,
        changesOnlyEnding && expiresAt !== undefined ? { ...existing, ...ending } : { ...existing, ...role, ...ending },
      );
    case 'delete':
      return run(operations.DELETE_POD_IDENTITY_ASSOCIATION, existing);
    case 'adopt':
      return run(operations.ADOPT_POD_IDENTITY_ASSOCIATION, existing);
  }
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

/** The maximum number of tags, which leaves no room for the gateway's own. */
const fiftyTags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));

function factOf({ status, association, refusal, auditEntry }: MutationResult) {
  const { operationId, event } = auditEntry;
  const associationArn = association?.associationArn ?? null;
  return { status, code: refusal?.code ?? null, httpStatus: 200, associationArn, operationId, event };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'INTERNAL_SERVER_ERROR';
}
