import type { MutationResult } from '../../../src/operations/result.ts';
import { mutate } from '../../../src/operations/mutate.ts';
import { operations } from '../../../src/operations/operations.ts';
import { reconcile } from '../../../src/operations/reconcile.ts';
import type { RequestIdentity } from '../../../src/model/principal.ts';
import type { CallerAnswer } from '../facts.ts';
import type { Attempt } from './model-state.ts';
import type { Process } from './processes.ts';
import { describeFaults, faultless } from './scenario.ts';
import type { Faults, ScenarioMutation } from './scenario.ts';
import { dependenciesOf, roleArn, serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';

/** Maximum number of concurrent requests. */
const maxCallers = 4;

/** Time limit of a request through API Gateway, in milliseconds. */
const functionMs = 29_000;

/** An id that is never assigned to an association. */
const noAssociation = 'a-00000000000000000';

/** Runs requests and the reconciler, each as a separate process. `answers` returns the answers to all requests. */
export function createCallers(environment: Environment) {
  const { clock, eks, model, processes, log } = environment;
  const mutations: ScenarioMutation[] = [];
  const ids = new Map<string, string>();
  const answers = new Map<Process, CallerAnswer>();

  function start(name: string, identity: string | null, input: string, faults: Faults): Process {
    const finalBefore = identity === null ? null : model.finalFor(identity, input);
    const attempt: Attempt = { name, identity, input, isDenied: false, lock: null, finalBefore };
    const process: Process = { attempt, faults, state: 'running', waitingTurns: [], writes: 0, isEksFaultTaken: false };
    processes.all.push(process);
    return process;
  }

  /**
   * The association of a mutation: the one that existed at its first attempt, so that a repeated mutation is the same
   * request.
   */
  function idFor({ principal, kind, token, variant }: ScenarioMutation): string | null {
    if (kind === 'create') return null;
    const key = `${principal} ${kind} ${token} ${variant}`;
    const id = ids.get(key) ?? eks.associations()[0]?.associationId;
    if (id !== undefined) ids.set(key, id);
    return id ?? noAssociation;
  }

  async function submit(mutation: ScenarioMutation, faults: Faults): Promise<void> {
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.identity && ['running', 'frozen'].includes(state),
    );
    if (running.length >= maxCallers) return;
    mutations.push(mutation);
    const { principal, kind, token, variant } = mutation;
    const id = idFor(mutation);
    const process = start(
      `${principal} ${mutations.length}`,
      `${principal} ${kind} ${token}`,
      `${variant} ${id}`,
      faults,
    );
    const { attempt } = process;
    const startedAt = clock();
    log(() => `${attempt.name} requests the ${kind} (input ${variant}) with token ${token}${describeFaults(faults)}`);
    const content = { principal, kind, clientRequestToken: token, startedAt, apiRequestId: attempt.name };
    answers.set(process, { ...content, answeredAt: Infinity, ...noAnswer });
    const finish = (answer: Omit<CallerAnswer, keyof typeof content | 'answeredAt'>) => {
      process.state = 'finished';
      answers.set(process, { ...content, answeredAt: clock(), ...answer });
      log(
        () =>
          `  ${attempt.name} is answered ${answer.status} ${answer.code ?? ''} (${answer.event ?? 'no audit entry'})`,
      );
    };
    await send(environment, process, mutation, id ?? noAssociation).then(
      (answer) => {
        model.answered(attempt, answer);
        finish(factOf(answer));
      },
      (error: unknown) => {
        model.failed(attempt, error);
        finish({ ...noAnswer, status: 'ERROR', code: codeOf(error), httpStatus: 200 });
      },
    );
  }

  return {
    answers: () => [...answers.values()],
    submit,
    /** Sends an earlier mutation again, with the same token. */
    async resubmit(index: number, faults: Faults): Promise<void> {
      const mutation = mutations[index % mutations.length];
      if (mutation) await submit(mutation, faults);
    },
    /** The dependencies of a process that reads only. */
    dependencies: () => dependenciesOf(environment, start('reader', null, '', faultless)),
    /** Runs the reconciler once. */
    async reconcile(faults: Faults): Promise<void> {
      const process = start(`reconciler ${processes.all.length + 1}`, null, '', faults);
      log(() => `${process.attempt.name} starts${describeFaults(faults)}`);
      await reconcile(dependenciesOf(environment, process), 'reconciler', clock() + 60_000).catch((error: unknown) =>
        model.failed(process.attempt, error),
      );
      process.state = 'finished';
    },
  };
}

/** Sends a mutation to the gateway. */
function send(
  environment: Environment,
  process: Process,
  mutation: ScenarioMutation,
  associationId: string,
): Promise<MutationResult> {
  const { clusterName, series, clock } = environment;
  const { principal, kind, token, variant } = mutation;
  const deps = dependenciesOf(environment, process);
  const deadline = clock() + functionMs;
  const identity: RequestIdentity = {
    principal: { id: principal, kind: 'USER', groups: [], sessionName: null },
    actor: null,
    sourceAddress: null,
    userAgent: null,
    apiRequestId: process.attempt.name,
  };
  const common = { clusterName, clientRequestToken: `${token}-${series}`, reason: token };
  const role = { roleArn: roleArn(`${kind}-${variant}`) };
  const { CREATE_POD_IDENTITY_ASSOCIATION: create, UPDATE_POD_IDENTITY_ASSOCIATION: update } = operations;
  const { DELETE_POD_IDENTITY_ASSOCIATION: remove } = operations;
  switch (kind) {
    case 'create': {
      const input = { ...common, ...serviceAccount, ...role, tags: variant === 2 ? fiftyTags : [] };
      return mutate(deps, create, { identity, input, deadline });
    }
    case 'update':
      return mutate(deps, update, { identity, input: { ...common, associationId, ...role }, deadline });
    case 'delete':
      return mutate(deps, remove, { identity, input: { ...common, associationId }, deadline });
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
