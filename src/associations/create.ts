import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateResult, Eks } from '../eks/eks.ts';
import type { TokenRecord } from '../ledger/ledger.ts';
import type { Caller } from '../model/principal.ts';
import { inProgress } from './answer.ts';
import type { Answer } from './answer.ts';
import { begin, beginAnew } from './begin.ts';
import type { Hold } from './begin.ts';
import type { Call } from './call.ts';
import { askerOf, workDeadline } from './call.ts';
import { alreadyExists, concludedFrom, created, notDone, notVisible, refusedByEks, unknown } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { closingEntry, finish } from './finish.ts';
import { requesterOf, subjectOf } from './journal.ts';
import { judge, judgeQuiet, see } from './look.ts';
import type { Parts } from './parts.ts';
import { contended, denied, forCaller, invalid, replayed, tokenReused } from './refuse.ts';
import { validateCreate } from './validate.ts';
import type { CreateInput } from './validate.ts';

const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';

/**
 * The whole road of `createPodIdentityAssociation`: validate, decide, begin, EKS, finish. Throws `LedgerUnavailable`
 * where nothing could be recorded, and then nothing was done. `deadline` is when the caller's function ends,
 * milliseconds since the epoch.
 */
export async function createPodIdentityAssociation(
  parts: Parts,
  caller: Caller,
  input: CreateInput,
  deadline: number,
): Promise<Answer> {
  const startedAt = parts.clock();
  const validated = validateCreate(input, parts.home);
  if (validated.kind === 'invalid') return invalid(parts, operation, caller, deadline, validated);

  const { request, reason, onBehalfOf } = validated;
  const asker = askerOf({ caller, reason, onBehalfOf, startedAt });
  const decision = parts.decide(asker, { action: 'CreatePodIdentityAssociation', request });
  const call: Call = {
    operation,
    caller,
    request,
    clientRequestToken: validated.clientRequestToken ?? randomUUID(),
    reason,
    onBehalfOf,
    decision,
    startedAt,
    deadline: Math.min(deadline, startedAt + parts.times.requestMs),
  };
  if (!decision.allowed) return denied(parts, call);

  const answer = await perform(parts, call);
  return forCaller(parts, call, answer);
}

async function perform(parts: Parts, call: Call): Promise<Answer> {
  const begun = await begin(parts, call);
  switch (begun.kind) {
    case 'begun':
      return create(parts, call, begun.hold);
    case 'taken-over':
      return resume(parts, call, begun.hold);
    case 'final':
      return replayed(parts, call, begun.record);
    case 'contended':
      return contended(parts, call, begun.record);
    case 'token-reused':
      return tokenReused(parts, call, begun.record);
  }
}

/** The one effect. The intent is on record; what comes back is written by `finish`, which also knows who holds the record by then. */
async function create(parts: Parts, call: Call, hold: Hold): Promise<Answer> {
  const eks = parts.eksFor(call.request);
  const result = await createOnceKnown(parts, call, hold.record, eks);
  const conclusion = result.kind === 'in-use' ? await metAnother(call, hold.record, eks, result) : concludedOf(result);
  return finish(parts, requesterOf(call), hold, conclusion);
}

/** Finds out what became of an earlier holder's create, and only when that is certainly nothing, creates anew. */
async function resume(parts: Parts, call: Call, hold: Hold): Promise<Answer> {
  const lookedAt = parts.clock();
  const seen = await see(parts.eksFor(call.request), call.request, { deadline: workDeadline(call) });
  const sight = judge(seen, hold.record, call.request, lookedAt);
  if (sight.kind !== 'absent') return finish(parts, requesterOf(call), hold, concludedFrom(sight, call.request));

  const closing = closingEntry(parts, subjectOf(call), hold.record, notDone);
  const next = await beginAnew(parts, call, hold.record, closing);
  return next ? create(parts, call, next) : inProgress(parts, requesterOf(call), hold.record, hold.entry);
}

/**
 * Sends the create; again only while EKS answers, for certain, that it does not know the role, because a role made
 * seconds ago is not known everywhere. Each sending bears the date of the operation's begin.
 */
async function createOnceKnown(parts: Parts, call: Call, record: TokenRecord, eks: Eks): Promise<CreateResult> {
  const deadline = workDeadline(call);
  const { operationId, startedAt: signingDate } = record;
  const lastRetryAt = Math.min(parts.clock() + parts.times.roleRetryMs, deadline);
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    const result = await eks.create({ request: call.request, operationId, signingDate, deadline });
    if (result.kind !== 'role-not-found' || parts.clock() + waitMs > lastRetryAt) return result;
    await sleep(waitMs);
  }
}

const firstWaitMs = 500;

/** EKS said 409, so this operation made nothing; what stands there can still be an earlier one's of the same token. */
async function metAnother(
  call: Call,
  record: TokenRecord,
  eks: Eks,
  { associationId, error }: Extract<CreateResult, { kind: 'in-use' }>,
): Promise<Conclusion> {
  const seen = await see(eks, call.request, { deadline: workDeadline(call) }, associationId);
  if (seen.kind !== 'association') return notVisible(error);
  const sight = judgeQuiet(seen.association, record, call.request, record.doubtfulOperationIds.length > 0);
  if (sight.kind === 'anothers') return alreadyExists(sight.association, call.request, error.requestId);
  return concludedFrom(sight, call.request);
}

function concludedOf(result: Exclude<CreateResult, { kind: 'in-use' }>): Conclusion {
  switch (result.kind) {
    case 'created':
      return created(result);
    case 'role-not-found':
      return refusedByEks('ROLE_NOT_FOUND', result.error);
    case 'cluster-not-found':
      return refusedByEks('CLUSTER_NOT_FOUND', result.error);
    case 'trust-policy-invalid':
      return refusedByEks('TRUST_POLICY_INVALID', result.error);
    case 'limit-exceeded':
      return refusedByEks('ASSOCIATION_LIMIT_EXCEEDED', result.error);
    case 'refused':
      return refusedByEks('EKS_REFUSED', result.error);
    case 'access-denied':
      return refusedByEks('GATEWAY_ACCESS_DENIED', result.error);
    case 'throttled':
      return refusedByEks('THROTTLED', result.error);
    case 'unreachable':
      return refusedByEks('EKS_UNREACHABLE', result.error);
    case 'unknown':
      return unknown(result.error);
  }
}
