import type { ClaimRequest } from '../../idempotency/claim-request.ts';
import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import { isDerivedToken } from '../../idempotency/derived-token.ts';
import { fingerprintOf, idempotencyKeyOf } from '../../idempotency/record.ts';
import type { StateMismatch } from '../../ledger/state-store.ts';
import { expectedRevisions } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { notConfirmed, revisionChanged } from '../terms/conflict-conclusions.ts';
import type { checkLocks } from '../terms/locks.ts';

/**
 * What follows if the state of the service account is not the one that a request demands: null
 * while that is not certain.
 */
function refusalOfMismatch<Kind extends OperationKind>(
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
export function claimRequestOf<Kind extends OperationKind>(
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
    refusalOfMismatch: (mismatch) => (mutation.ensured ? null : refusalOfMismatch(mutation, success, mismatch)),
    ...(isDerivedToken(clientRequestToken) ? { isDerived: true } : {}),
    audit,
    lock,
    expectsLock: expectsLock || success !== null,
    deadline: effectDeadline(mutation),
  };
}
