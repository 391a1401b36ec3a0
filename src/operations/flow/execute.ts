import { randomUUID } from 'node:crypto';
import type { EksFor } from '../../eks/eks.ts';
import { claim } from '../../idempotency/claim.ts';
import type { Lease } from '../../idempotency/claim-request.ts';
import { complete } from '../../idempotency/complete.ts';
import { notDone } from '../../idempotency/conclusion.ts';
import type { Conclusion } from '../../idempotency/conclusion.ts';
import type { Protocol } from '../../idempotency/protocol.ts';
import { reclaim } from '../../idempotency/reclaim.ts';
import { findIntent } from '../../ledger/audit-entry.ts';
import type { Association } from '../../model/association.ts';
import type { Lock, LockMemory } from '../../model/lock.ts';
import { hasTrait } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { Sleep } from '../../runtime/clock.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation, RefusedAdmission } from '../terms/admission.ts';
import type { Authorizer } from '../terms/authorizer.ts';
import { notSent, stoppedByLock } from '../terms/conclusions.ts';
import { operationInProgress } from '../terms/conflict-conclusions.ts';
import { checkExpiresAt } from '../terms/expires-at.ts';
import type { JudgedApproval } from '../terms/judged-approval.ts';
import { checkLocks, lockedRefusal, lockOn, locksFor } from '../terms/locks.ts';
import { reportLateAdoption } from '../terms/late-adoption.ts';
import { changeOf } from '../terms/operation.ts';
import type { AdoptionPorts, EffectInput, Operation } from '../terms/operation.ts';
import { inProgressResult, resultOf } from '../terms/result.ts';
import type { MutationResult } from '../terms/result.ts';
import { answerContended, answerRefused, answerReplay, answerTokenReused } from '../terms/answers-without-claim.ts';
import { claimRequestOf } from './claim-of.ts';

/** What a mutation is executed with. */
export interface ExecutionPorts extends Protocol, Authorizer {
  readonly lockMemory: LockMemory;
  /** As in `ChangePorts`. */
  readonly sleep: Sleep;
}

/** How an execution ended. */
export type Execution =
  | { readonly kind: 'answered'; readonly result: MutationResult }
  /** The mutation needs an approval and has none that can be used now. Nothing was written. */
  | { readonly kind: 'approval-unusable' };

/**
 * Executes an admitted mutation: claim, effect, record; or answers from what earlier requests with
 * the token recorded. `approval` is what a mutation that needs one read; null: it needs none.
 * Throws `LedgerUnavailable`: then nothing was sent to EKS.
 */
export async function execute<Kind extends OperationKind>(
  ports: ExecutionPorts,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
  approval: JudgedApproval | null,
): Promise<Execution> {
  const { audit, deadline } = mutation;
  const { clock, eksFor, log } = ports;
  const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
  const answer = { audit, clientRequestToken };
  const locks = checkLocks(ports, mutation, approval?.locks ?? null);
  const successAtOnce = mutation.unmet ? null : successWithoutEffect(ports, operation, mutation);
  // The claim begins at the same time as the read of the locks.
  const success = successAtOnce && (await successAtOnce);
  const request = { ...claimRequestOf(mutation, clientRequestToken, locks, success), approval };
  const perform = (lease: Lease) =>
    changeOf(operation.effect).perform(ports, { ...effectInput(eksFor, mutation, lease), valid: mutation });
  const close = (lease: Lease, conclusion: Conclusion, begun = mutation) =>
    complete(ports, { audit: begun.audit, deadline }, lease, conclusion);
  const record = async (lease: Lease, conclusion: Conclusion, begun = mutation) => {
    const completion = await close(lease, conclusion, begun);
    if (completion.kind === 'recorded') reportLateAdoption(log, lease.record.operationId, conclusion);
    return answered(resultOf(clock, answer, completion, conclusion));
  };

  const claimed = await claim(ports, request);
  switch (claimed.kind) {
    case 'claimed': {
      const { lease } = claimed;
      // The effect waits for both: the intent is durable, and no lock was set before it.
      const lock = await request.lock.catch(async (error: unknown) => {
        await close(lease, notSent);
        throw error;
      });
      return record(lease, lock ? stoppedByLock(lock) : await perform(lease));
    }
    case 'taken-over': {
      const { lease } = claimed;
      const begun = await asBegun(ports, mutation, lease);
      const observed = await changeOf(operation.effect).observe(ports, effectInput(eksFor, begun, lease));
      if (observed.kind === 'concluded') return record(lease, observed.conclusion, begun);
      // The earlier effect certainly did not happen: only then is the change sent again, as a new
      // operation.
      const obstacle = await findObstacleToReclaim(ports, operation, mutation, approval, observed.association);
      if (obstacle) return record(lease, obstacle);
      const next = await reclaim(ports, request, lease.record);
      if (next.kind === 'superseded') return answered(inProgressResult(clock, answer, lease));
      if (next.kind === 'mismatch') return record(lease, next.conclusion);
      // The next request with the token asks for another approval, or finds one.
      if (next.kind === 'approval-unusable') return record(lease, notDone);
      return record(next.lease, await perform(next.lease));
    }
    case 'concluded':
      reportLateAdoption(log, claimed.lease.record.operationId, claimed.conclusion);
      return answered(resultOf(clock, answer, { ...claimed.lease, kind: 'recorded' }, claimed.conclusion));
    case 'locked':
      return answered(answerRefused(ports, refusedByLock(mutation, clientRequestToken, claimed.lock)));
    case 'approval-unusable':
      return claimed;
    case 'state-uncertain':
      return answered(answerRefused(ports, refusedByState(mutation, clientRequestToken)));
    case 'finished':
      // What was desired then is not what there is now: it is read again.
      return answered(
        mutation.ensured
          ? answerRefused(ports, refusedByState(mutation, clientRequestToken))
          : answerReplay(ports, answer, claimed.record),
      );
    case 'contended':
      return answered(answerContended(ports, answer, claimed.record));
    case 'token-reused':
      return answered(answerTokenReused(ports, answer, claimed.record));
  }
}

/**
 * A change of tags that was taken over, with the association that it was judged by when it began:
 * the outcome says of these tags that they were there before, and others may have set those that
 * this request read. Throws `LedgerUnavailable`.
 */
async function asBegun<Kind extends OperationKind>(
  { ledger }: ExecutionPorts,
  mutation: AdmittedMutation<Kind>,
  { record }: Lease,
): Promise<AdmittedMutation<Kind>> {
  if (!hasTrait('changesTags', record)) return mutation;
  const intent = await findIntent(ledger, record.operationId);
  if (!intent?.before) return mutation;
  const { before, tagsKnown } = intent;
  return { ...mutation, before, audit: { ...mutation.audit, before, ...(tagsKnown ? { tagsKnown } : {}) } };
}

async function answered(result: MutationResult | Promise<MutationResult>): Promise<Execution> {
  return { kind: 'answered', result: await result };
}

/** The answer to a mutation that uses no approval. */
export function answerOf(execution: Execution): MutationResult {
  if (execution.kind === 'answered') return execution.result;
  throw new Error('A mutation that uses no approval asked for one.');
}

/** The success of a mutation that changes nothing at EKS; null: it has an effect. */
function successWithoutEffect<Kind extends OperationKind>(
  ports: AdoptionPorts,
  { effect }: Pick<Operation<Kind>, 'effect'>,
  mutation: AdmittedMutation<Kind>,
): Conclusion | Promise<Conclusion> | null {
  return effect.kind === 'none' ? effect.adopt(ports, mutation) : (effect.successWithoutEffect?.(mutation) ?? null);
}

/**
 * Why a change whose earlier attempt had no effect must not be sent again: others may have acted
 * since this request was admitted, while it waited for EKS. `association` is the present one in
 * EKS; null if there is none. Throws `LedgerUnavailable`.
 */
async function findObstacleToReclaim<Kind extends OperationKind>(
  ports: ExecutionPorts,
  { checkPrecondition }: Pick<Operation<Kind>, 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
  approval: JudgedApproval | null,
  association: Association | null,
): Promise<Conclusion | null> {
  const { operation, request, startedAt } = mutation;
  const unmet = association && checkPrecondition(request, association);
  if (unmet) return unmet;
  const outOfRange = checkExpiresAt(ports.times, operation, request, startedAt);
  if (outOfRange) return outOfRange;
  // Policy judged another state, or no expiry: the next request with the token is judged by this
  // one.
  if (mutation.unmet || association?.modifiedAt !== mutation.before?.modifiedAt) return notDone;
  const locks = await locksFor(ports, mutation);
  // Without its approval, the next request with the token asks for another one.
  return lockOn(locks, mutation) || approval?.votesCount(locks) === false ? notDone : null;
}

/** A locked request. Its token is not claimed: once the lock is lifted, it can be used. */
export function refusedByLock(mutation: AdmittedMutation, clientRequestToken: string, lock: Lock): RefusedAdmission {
  const refusal = lockedRefusal(lock);
  return { ...mutation, kind: 'refused', outcome: 'CHANGES_LOCKED', refusal, associationArn: null, clientRequestToken };
}

/**
 * A request that demands a state while another operation is in progress. Its token is not claimed:
 * it can be used afterwards.
 */
function refusedByState(mutation: AdmittedMutation, clientRequestToken: string): RefusedAdmission {
  return { ...mutation, kind: 'refused', ...operationInProgress(mutation.target), clientRequestToken };
}

function effectInput<Kind extends OperationKind>(
  eksFor: EksFor,
  mutation: AdmittedMutation<Kind>,
  { record }: Lease,
): EffectInput<Kind> {
  const { request, target, before, authorization } = mutation;
  const principalId = authorization.identity.principal.id;
  return { eks: eksFor(target), request, record, principalId, before, deadline: effectDeadline(mutation) };
}
