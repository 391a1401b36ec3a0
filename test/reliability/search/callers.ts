import type { MutationResult } from '../../../src/operations/result.ts';
import { createPodIdentityAssociation } from '../../../src/operations/operations.ts';
import { deletePodIdentityAssociation } from '../../../src/operations/operations.ts';
import { reconcile } from '../../../src/operations/reconcile.ts';
import { updatePodIdentityAssociation } from '../../../src/operations/operations.ts';
import type { RequestIdentity } from '../../../src/model/principal.ts';
import type { CallerAnswer } from '../facts.ts';
import type { AuthorizationContext } from './model.ts';
import type { Process } from './processes.ts';
import { toldFaults } from './story.ts';
import type { Faults, Wish } from './story.ts';
import { partsOf, roleArn, serviceAccount } from './world.ts';
import type { World } from './world.ts';

/** At most so many callers are at work at the same time. */
const maxCallers = 4;

/** What a Lambda function has for a request of API Gateway. */
const functionMs = 29_000;

/** An id that no association ever has. */
const noAssociation = 'a-00000000000000000';

/** Those who ask the gateway, and its reconciler, each as a process of its own, until that is over. `answers` are those of all who asked. */
export function createCallers(world: World) {
  const { clock, eks, model, processes, tell } = world;
  const wishes: Wish[] = [];
  const ids = new Map<string, string>();
  const answers = new Map<Process, CallerAnswer>();

  function start(name: string, identity: string | null, asksFor: string, faults: Faults): Process {
    const finalBefore = identity === null ? null : model.finalFor(identity, asksFor);
    const context: AuthorizationContext = { name, identity, asksFor, isDenied: false, finalBefore };
    const process: Process = { context, faults, state: 'working', parked: [], writes: 0, isEksFaultTaken: false };
    processes.all.push(process);
    return process;
  }

  /** The association that a wish is about: the one that was there when it was first asked for, so that it stays the same request. */
  function idFor({ principal, kind, token, variant }: Wish): string | null {
    if (kind === 'create') return null;
    const key = `${principal} ${kind} ${token} ${variant}`;
    const id = ids.get(key) ?? eks.associations()[0]?.associationId;
    if (id !== undefined) ids.set(key, id);
    return id ?? noAssociation;
  }

  async function ask(wish: Wish, faults: Faults): Promise<void> {
    const atWork = processes.all.filter(
      ({ state, context }) => context.identity && ['working', 'frozen'].includes(state),
    );
    if (atWork.length >= maxCallers) return;
    wishes.push(wish);
    const { principal, kind, token, variant } = wish;
    const id = idFor(wish);
    const process = start(`${principal} ${wishes.length}`, `${principal} ${kind} ${token}`, `${variant} ${id}`, faults);
    const { context } = process;
    const startedAt = clock();
    tell(() => `${context.name} asks for the ${kind} (input ${variant}) with token ${token}${toldFaults(faults)}`);
    const said = { principal, kind, clientRequestToken: token, startedAt, apiRequestId: context.name };
    answers.set(process, { ...said, answeredAt: Infinity, ...noAnswer });
    const over = (answer: Omit<CallerAnswer, keyof typeof said | 'answeredAt'>) => {
      process.state = 'over';
      answers.set(process, { ...said, answeredAt: clock(), ...answer });
      tell(() => `  ${context.name} is answered ${answer.status} ${answer.code ?? ''} (${answer.event ?? 'no entry'})`);
    };
    await send(world, process, wish, id ?? noAssociation).then(
      (answer) => {
        model.answered(context, answer);
        over(factOf(answer));
      },
      (error: unknown) => {
        model.failed(context, error);
        over({
          status: 'ERROR',
          code: codeOf(error),
          httpStatus: 200,
          associationArn: null,
          operationId: null,
          event: null,
        });
      },
    );
  }

  return {
    answers: () => [...answers.values()],
    ask,
    /** The same as somebody asked before. */
    async askAgain(who: number, faults: Faults): Promise<void> {
      const wish = wishes[who % wishes.length];
      if (wish) await ask(wish, faults);
    },
    /** A run of the reconciler. */
    async reconcile(faults: Faults): Promise<void> {
      const process = start(`reconciler ${processes.all.length + 1}`, null, '', faults);
      tell(() => `${process.context.name} begins${toldFaults(faults)}`);
      await reconcile(partsOf(world, process), 'reconciler', clock() + 60_000).catch((error: unknown) =>
        model.failed(process.context, error),
      );
      process.state = 'over';
    },
  };
}

/** Asks the gateway for what is wished. */
function send(world: World, process: Process, wish: Wish, associationId: string): Promise<MutationResult> {
  const { clusterName, series, clock } = world;
  const { principal, kind, token, variant } = wish;
  const deps = partsOf(world, process);
  const deadline = clock() + functionMs;
  const identity: RequestIdentity = {
    principal: { id: principal, kind: 'USER', groups: [], sessionName: null },
    actor: null,
    sourceAddress: null,
    userAgent: null,
    apiRequestId: process.context.name,
  };
  const common = { clusterName, clientRequestToken: `${token}-${series}`, reason: token };
  const role = { roleArn: roleArn(`${kind}-${variant}`) };
  switch (kind) {
    case 'create': {
      const input = { ...common, ...serviceAccount, ...role, tags: variant === 2 ? fiftyTags : [] };
      return createPodIdentityAssociation(deps, identity, input, deadline);
    }
    case 'update':
      return updatePodIdentityAssociation(deps, identity, { ...common, associationId, ...role }, deadline);
    case 'delete':
      return deletePodIdentityAssociation(deps, identity, { ...common, associationId }, deadline);
  }
}

/** Of a process that is gone. */
const noAnswer = {
  status: 'NONE',
  code: null,
  httpStatus: null,
  associationArn: null,
  operationId: null,
  event: null,
} as const;

/** So many that there is no room for the gateway's own. */
const fiftyTags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));

function factOf({ status, association, refusal, auditEntry }: MutationResult) {
  const { operationId, event } = auditEntry;
  const associationArn = association?.associationArn ?? null;
  return { status, code: refusal?.code ?? null, httpStatus: 200, associationArn, operationId, event };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'INTERNAL_SERVER_ERROR';
}
