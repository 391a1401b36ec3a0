import { randomUUID } from 'node:crypto';
import { claim } from '../../idempotency/claim.ts';
import type { ClaimRequest, Lease } from '../../idempotency/claim.ts';
import { complete } from '../../idempotency/complete.ts';
import { notDone } from '../../idempotency/conclusion.ts';
import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { ProtocolDependencies } from '../../idempotency/dependencies.ts';
import { reclaim } from '../../idempotency/reclaim.ts';
import { fingerprintOf, idempotencyKeyOf } from '../../idempotency/record.ts';
import type { StateMismatch } from '../../ledger/association-state.ts';
import type { Association } from '../../model/association.ts';
import type { Lock } from '../../model/lock.ts';
import { expectedRevisions } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation, RefusedAdmission } from '../terms/admission.ts';
import { notSent, operationInProgress, revisionChanged, stoppedByLock } from '../terms/conclusions.ts';
import { notConfirmed } from '../terms/expiry-conclusions.ts';
import type { Dependencies } from '../terms/dependencies.ts';
import { checkExpiresAt } from '../terms/expires-at.ts';
import type { JudgedApproval } from '../terms/judged-approval.ts';
import { checkLocks, lockedRefusal, lockOn, locksFor } from '../terms/locks.ts';
import type { LockDependencies } from '../terms/locks.ts';
import { reportLateAdoption } from '../terms/late-adoption.ts';
import type { LateAdoptionReads } from '../terms/late-adoption.ts';
import { changeOf } from '../terms/operation.ts';
import type { EffectInput, Operation, PerformDependencies } from '../terms/operation.ts';
import { inProgressResult, resultOf } from '../terms/result.ts';
import type { MutationResult } from '../terms/result.ts';
import { answerContended, answerRefused, answerReplay, answerTokenReused } from '../terms/answers-without-claim.ts';

/** What a mutation is executed with. */
export type ExecuteDependencies = ProtocolDependencies & LockDependencies & PerformDependencies;

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
  deps: ExecuteDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
  approval: JudgedApproval | null,
): Promise<Execution> {
  const { audit, deadline } = mutation;
  const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
  const answer = { audit, clientRequestToken };
  const locks = checkLocks(deps, mutation, approval?.locks ?? null);
  const successAtOnce = mutation.unmet ? null : concludeAtOnce(deps, operation, mutation);
  // The claim begins at the same time as the read of the locks.
  const success = successAtOnce && (await successAtOnce);
  const request = { ...claimRequestOf(mutation, clientRequestToken, locks, success), approval };
  const perform = (lease: Lease) =>
    changeOf(operation.effect).perform(deps, { ...effectInput(deps, mutation, lease), valid: mutation });
  const close = (lease: Lease, conclusion: Conclusion) => complete(deps, { audit, deadline }, lease, conclusion);
  const record = async (lease: Lease, conclusion: Conclusion) => {
    const completion = await close(lease, conclusion);
    if (completion.kind === 'recorded') reportLateAdoption(deps, lease.record.operationId, conclusion);
    return answered(resultOf(deps, answer, completion, conclusion));
  };

  const claimed = await claim(deps, request);
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
      const observed = await changeOf(operation.effect).observe(deps, effectInput(deps, mutation, lease));
      if (observed.kind === 'concluded') return record(lease, observed.conclusion);
      // The earlier effect certainly did not happen: only then is the change sent again, as a new
      // operation.
      const obstacle = await findObstacleToReclaim(deps, operation, mutation, approval, observed.association);
      if (obstacle) return record(lease, obstacle);
      const next = await reclaim(deps, request, lease.record);
      if (next.kind === 'superseded') return answered(inProgressResult(deps, answer, lease));
      if (next.kind === 'mismatch') return record(lease, next.conclusion);
      // The next request with the token asks for another approval, or finds one.
      if (next.kind === 'approval-unusable') return record(lease, notDone);
      return record(next.lease, await perform(next.lease));
    }
    case 'concluded':
      reportLateAdoption(deps, claimed.lease.record.operationId, claimed.conclusion);
      return answered(resultOf(deps, answer, { ...claimed.lease, kind: 'recorded' }, claimed.conclusion));
    case 'locked':
      return answered(answerRefused(deps, refusedByLock(mutation, clientRequestToken, claimed.lock)));
    case 'approval-unusable':
      return claimed;
    case 'state-uncertain':
      return answered(answerRefused(deps, refusedByState(mutation, clientRequestToken)));
    case 'finished':
      return answered(answerReplay(deps, answer, claimed.record));
    case 'contended':
      return answered(answerContended(deps, answer, claimed.record));
    case 'token-reused':
      return answered(answerTokenReused(deps, answer, claimed.record));
  }
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
function concludeAtOnce<Kind extends OperationKind>(
  deps: LateAdoptionReads & Pick<Dependencies, 'authorize'>,
  { effect }: Pick<Operation<Kind>, 'effect'>,
  mutation: AdmittedMutation<Kind>,
): Conclusion | Promise<Conclusion> | null {
  return effect.kind === 'none' ? effect.conclude(deps, mutation) : (effect.concludeAtOnce?.(mutation) ?? null);
}

/**
 * Why a change whose earlier attempt had no effect must not be sent again: others may have acted
 * since this request was admitted, while it waited for EKS. `association` is the present one in
 * EKS; null if there is none. Throws `LedgerUnavailable`.
 */
async function findObstacleToReclaim<Kind extends OperationKind>(
  deps: LockDependencies & Pick<Dependencies, 'times'>,
  { checkPrecondition }: Pick<Operation<Kind>, 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
  approval: JudgedApproval | null,
  association: Association | null,
): Promise<Conclusion | null> {
  const { operation, request, startedAt } = mutation;
  const unmet = association && checkPrecondition(request, association);
  if (unmet) return unmet;
  const outOfRange = checkExpiresAt(deps.times, operation, request, startedAt);
  if (outOfRange) return outOfRange;
  // Policy judged another state, or no expiry: the next request with the token is judged by this
  // one.
  if (mutation.unmet || association?.modifiedAt !== mutation.before?.modifiedAt) return notDone;
  const locks = await locksFor(deps, mutation);
  // Without its approval, the next request with the token asks for another one.
  return lockOn(locks, mutation) || approval?.votesCount(locks) === false ? notDone : null;
}

/** A locked request. Its token is not claimed: once the lock is lifted, it can be used. */
function refusedByLock(mutation: AdmittedMutation, clientRequestToken: string, lock: Lock): RefusedAdmission {
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

/**
 * What follows if the state of the service account is not the one that a request demands: null
 * while that is not certain.
 */
function concludeMismatch<Kind extends OperationKind>(
  { operation, request, target, before }: AdmittedMutation<Kind>,
  success: Conclusion | null,
  { publicRevision, isBusy, hasOtherExpiry }: StateMismatch,
): RefusedConclusion | null {
  // The request was judged by the expiry that it replaces: the next one is judged again.
  if (hasOtherExpiry) return null;
  const expected = expectedRevisions[operation](request);
  if (expected !== null && expected !== publicRevision) return revisionChanged(target, expected, publicRevision);
  return success?.outcome === 'ENDING_SET' && !isBusy && before ? notConfirmed(before) : null;
}

/** The claim of a mutation. A success without an effect waits for the locks. */
function claimRequestOf<Kind extends OperationKind>(
  mutation: AdmittedMutation<Kind>,
  clientRequestToken: string,
  { lock, expectsLock }: ReturnType<typeof checkLocks>,
  success: Conclusion | null,
): Omit<ClaimRequest, 'approval'> {
  const { operation, request, authorization, audit, before, unmet, startedAt } = mutation;
  const { identity, onBehalfOf } = authorization;
  return {
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }),
    fingerprint: fingerprintOf(request),
    operation,
    startedAt,
    modifiedAtBefore: before?.modifiedAt ?? null,
    conclusion: unmet ?? success,
    concludeMismatch: (mismatch) => concludeMismatch(mutation, success, mismatch),
    audit,
    lock,
    expectsLock: expectsLock || success !== null,
    deadline: effectDeadline(mutation),
  };
}

function effectInput<Kind extends OperationKind>(
  deps: Pick<Dependencies, 'eksFor'>,
  mutation: AdmittedMutation<Kind>,
  { record }: Lease,
): EffectInput<Kind> {
  const { request, target, before, authorization } = mutation;
  const principalId = authorization.identity.principal.id;
  return { eks: deps.eksFor(target), request, record, principalId, before, deadline: effectDeadline(mutation) };
}
