import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeResult } from '../eks/eks.ts';
import type { CreateRequest } from '../model/association.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { MutationResult } from './result.ts';
import { authorizationContextOf } from './mutation.ts';
import type { Call } from './mutation.ts';
import { carryOut } from './execute.ts';
import type { Effect, Work } from './execute.ts';
import { alreadyExists, concludedByEks, concludedFrom, done, notVisible, refusedByEks } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { judge, judgeQuiet, see } from './observe.ts';
import type { Dependencies } from './dependencies.ts';
import { denied, invalid } from './refuse.ts';
import { validateCreate } from '../validation/create.ts';
import type { CreateInput } from '../validation/create.ts';

const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';

/**
 * The whole road of `createPodIdentityAssociation`: validate, authorize, then begin, EKS, finish (`carryOut`). Throws
 * `LedgerUnavailable` where nothing could be recorded, and then nothing was done. `deadline` is when the caller's function
 * ends, milliseconds since the epoch.
 */
export async function createPodIdentityAssociation(
  deps: Dependencies,
  identity: RequestIdentity,
  input: CreateInput,
  deadline: number,
): Promise<MutationResult> {
  const startedAt = deps.clock();
  const validated = validateCreate(input, deps.home);
  if (validated.kind === 'invalid') return invalid(deps, operation, identity, deadline, validated);

  const { request, reason, onBehalfOf } = validated;
  const context = authorizationContextOf({ identity, reason, onBehalfOf, startedAt });
  const decision = deps.authorize(context, { action: 'CreatePodIdentityAssociation', association: request });
  const call: Call<CreateRequest> = {
    operation,
    identity,
    request,
    target: request,
    before: null,
    clientRequestToken: validated.clientRequestToken ?? randomUUID(),
    reason,
    onBehalfOf,
    decision,
    startedAt,
    deadline: Math.min(deadline, startedAt + deps.times.requestMs),
  };
  return decision.allowed ? carryOut(deps, call, createEffect) : denied(deps, call);
}

/** A create at EKS. The association's ownership tag tells afterwards which operation made it. */
export const createEffect: Effect<CreateRequest> = {
  perform: async (deps, work) => {
    const result = await createWithRoleRetry(deps, work);
    if (result.kind === 'done') return done(result, 'EKS created the association.');
    if (result.kind === 'in-use') return handleConflict(work, result);
    if (result.kind === 'not-found') return refusedByEks('CLUSTER_NOT_FOUND', result.error);
    return concludedByEks(result);
  },
  look: async (deps, { eks, request, record, deadline }) => {
    const begunAt = deps.clock();
    const sight = judge(await see(eks, request, { deadline }), record, request, begunAt);
    return sight.kind === 'absent' ? null : concludedFrom(sight, request);
  },
};

/**
 * Sends the create; again only while EKS answers, for certain, that it does not know the role, because a role made
 * seconds ago is not known everywhere. Each sending bears the date of the operation's begin.
 */
async function createWithRoleRetry(
  deps: Dependencies,
  { eks, request, record, deadline }: Work<CreateRequest>,
): Promise<ChangeResult> {
  const { operationId, startedAt: signingDate } = record;
  const lastRetryAt = Math.min(deps.clock() + deps.times.roleRetryMs, deadline);
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const result = await eks.create({ request, operationId, signingDate, deadline });
    const isRoleUnknown = result.kind === 'rejected' && result.outcome === 'ROLE_NOT_FOUND';
    if (!isRoleUnknown || deps.clock() + waitMs > lastRetryAt) return result;
    await sleep(waitMs);
  }
}

const firstWaitMs = 500;

/** EKS said 409, so this operation made nothing; what stands there can still be an earlier one's of the same token. */
async function handleConflict(
  { eks, request, record, deadline }: Work<CreateRequest>,
  { associationId, error }: Extract<ChangeResult, { kind: 'in-use' }>,
): Promise<Conclusion> {
  const seen = await see(eks, request, { deadline }, associationId);
  if (seen.kind !== 'association') return notVisible(error);
  const sight = judgeQuiet(seen.association, record, request, record.inDoubtOperationIds.length > 0);
  if (sight.kind === 'anothers') return alreadyExists(sight.association, request, error.requestId);
  return concludedFrom(sight, request);
}
