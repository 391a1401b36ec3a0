import type { ChangeResult, EksError } from '../../eks/eks.ts';
import type { Conclusion, LeaseHolderOutcome, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import type { Association, AssociationTarget, CreateRequest, DeleteRequest } from '../../model/association.ts';
import type { Lock } from '../../model/lock.ts';
import { outcomes } from '../../model/outcome.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { RefusedOutcome } from '../../model/refusal.ts';
import type { Difference } from '../../model/refusal.ts';
import { createDifferences } from './differences.ts';
import { lockedRefusal } from './locks.ts';

/** The trust policy that a role needs (EKS user guide, "Pod Identity: role trust policy"). */
const requiredTrustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
});

export const nothing = { association: null, refusal: null, associationArn: null, eksRequestId: null } as const;

/** EKS confirmed the change. */
export function done({ association, requestId }: Extract<ChangeResult, { kind: 'done' }>, message: string): Conclusion {
  return { ...success(association, message), outcome: 'DONE', eksRequestId: requestId };
}

/** The effect of an operation that was in doubt is visible in EKS. */
export function found(association: Association, message: string): Conclusion {
  return { ...success(association, message), outcome: 'FOUND' };
}

export function success(association: Association, message: string) {
  return { ...nothing, message, association, associationArn: association.associationArn };
}

/** The state in EKS does not prove yet whether the operation took effect. */
export function inconclusive(message: string): Conclusion {
  return { ...nothing, outcome: 'UNKNOWN', message };
}

/** A lock was set before the change was sent. */
export function stoppedByLock(lock: Lock): RefusedConclusion {
  const refusal = lockedRefusal(lock);
  return { ...nothing, outcome: 'LOCKED_AFTER_CLAIM', message: refusal.message, refusal };
}

/** The locks could not be read, so the change was not sent. */
export const notSent: Conclusion = {
  ...nothing,
  outcome: 'NOT_SENT',
  message: 'The change was not sent to EKS, because the locks could not be read.',
};

/** EKS does not show an association that is too young for this to prove that it is gone. */
export const mayNotBeVisible = inconclusive(
  'The association is not visible in EKS, which can be so for some seconds after a create.',
);

/** EKS could not be read. */
export function notObservable({ exception }: EksError): Conclusion {
  return inconclusive(notObservableMessage(exception));
}

/** The sentence for {@link notObservable}. */
export function notObservableMessage(exception: string): string {
  return `EKS could not be read (${exception}), so the outcome is not known yet.`;
}

/** No effect is visible in EKS, and the operation can still have one. */
export function stillInDoubt(record: IdempotencyRecord): Conclusion {
  return inconclusive(stillInDoubtMessage(record));
}

/** The sentence for {@link stillInDoubt}. */
export function stillInDoubtMessage({ inDoubtUntil }: IdempotencyRecord): string {
  return `No effect of this operation is visible in EKS; it can still take effect until ${new Date(inDoubtUntil).toISOString()}.`;
}

/** EKS rejected the change: the association no longer exists. */
export function notFound(request: DeleteRequest, { requestId }: EksError): RefusedConclusion {
  const outcome = 'ASSOCIATION_NOT_FOUND';
  const refusal = notFoundRefusal(outcome, request);
  return { ...nothing, outcome, message: refusal.message, refusal, eksRequestId: requestId };
}

/** EKS no longer shows the association that an operation of the token began with. */
export function gone(association: Association): RefusedConclusion {
  const outcome = 'ASSOCIATION_NOT_FOUND';
  const refusal = notFoundRefusal(outcome, association);
  return { ...nothing, outcome, message: refusal.message, refusal };
}

/** No association was visible when the request was admitted. */
export function notSeen(request: DeleteRequest) {
  const outcome = 'ASSOCIATION_NOT_SEEN';
  return { outcome, refusal: notFoundRefusal(outcome, request), associationArn: null } as const;
}

function notFoundRefusal(
  outcome: 'ASSOCIATION_NOT_FOUND' | 'ASSOCIATION_NOT_SEEN',
  { clusterName, associationId }: Pick<DeleteRequest, 'clusterName' | 'associationId'>,
) {
  const message = `The cluster ${clusterName} has no association ${associationId} that you may view.`;
  return { ...refusalFields(outcome, message), kind: 'AssociationNotFound' } as const;
}

/**
 * The association was modified since `expectedModifiedAt`. `differences` are those to the request.
 */
export function changed(
  existing: Association,
  differences: readonly Difference[] | null,
  expectedModifiedAt: string,
): RefusedConclusion {
  const { associationId, associationArn, modifiedAt } = existing;
  const outcome = 'ASSOCIATION_CHANGED';
  const message = `The association ${associationId} was modified at ${modifiedAt}, not at ${expectedModifiedAt} as expected.`;
  const refusal = { ...refusalFields(outcome, message), kind: 'AssociationChanged', existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn };
}

/** The service account has another revision than the create expects. */
export function revisionChanged(target: AssociationTarget, expected: number, actual: number): RefusedConclusion {
  const outcome = 'ASSOCIATION_CHANGED';
  const message = `The service account ${accountOf(target)} has revision ${actual}, not ${expected} as expected: its association changed, or may have.`;
  const fields = refusalFields(outcome, message);
  const refusal = { ...fields, kind: 'AssociationChanged', existing: null, differences: null } as const;
  return { ...nothing, outcome, message, refusal };
}

/**
 * Another operation on the service account is in progress, or set its expiry meanwhile, and the
 * request expects a revision or sets an expiry.
 */
export function operationInProgress(target: AssociationTarget) {
  const outcome = 'OPERATION_IN_PROGRESS';
  const message = `Another operation on the service account ${accountOf(target)} is in progress or has just ended, so its state is not certain.`;
  const fields = refusalFields(outcome, message);
  const refusal = { ...fields, kind: 'AssociationChanged', existing: null, differences: null } as const;
  return { outcome, refusal, associationArn: null } as const;
}

/**
 * Others changed or deleted the association while an update of it was in doubt: what the update
 * left can't be seen any more. `existing` is the association now; null: it is gone.
 */
export function updateReplaced(
  { associationId }: DeleteRequest,
  existing: Association | null,
  differences: readonly Difference[] | null,
): RefusedConclusion {
  const now = existing ? `was modified at ${existing.modifiedAt}` : 'is no longer visible';
  const message = `The update may have been applied and replaced since: the association ${associationId} ${now}.`;
  return replaced('AssociationChanged', message, existing, differences);
}

/**
 * The service account got an association of others while a create was in doubt: its own may have
 * been replaced by it.
 */
export function createReplaced(existing: Association, request: CreateRequest): RefusedConclusion {
  const message = `The association may have been created and replaced since: the one of the service account ${accountOf(request)} was created by another request at ${existing.createdAt}.`;
  return replaced('AssociationAlreadyExists', message, existing, createDifferences(request, existing));
}

function replaced(
  kind: 'AssociationChanged' | 'AssociationAlreadyExists',
  message: string,
  existing: Association | null,
  differences: readonly Difference[] | null,
): RefusedConclusion {
  const outcome = 'MAY_HAVE_BEEN_REPLACED';
  const refusal = { ...refusalFields(outcome, message), kind, existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn: existing?.associationArn ?? null };
}

/** The service account has another association. */
export function alreadyExists(
  existing: Association,
  request: CreateRequest,
  eksRequestId: string | null,
): RefusedConclusion {
  const differences = createDifferences(request, existing);
  const comparison =
    differences.length === 0
      ? 'which equals this request'
      : `which differs in ${differences.map(({ field }) => field).join(', ')}`;
  const message = `The service account ${accountOf(request)} already has an association, ${comparison}.`;
  return existingRefusal('ASSOCIATION_ALREADY_EXISTS', message, existing, differences, eksRequestId);
}

/** An equal association exists, and whether this operation created it can't be determined. */
export function undetermined(existing: Association, request: CreateRequest): RefusedConclusion {
  const message = `The service account ${accountOf(request)} has an association that equals this request; whether this request created it can't be determined.`;
  return existingRefusal('OUTCOME_UNDETERMINED', message, existing, createDifferences(request, existing), null);
}

function accountOf({ namespace, serviceAccount }: Pick<AssociationTarget, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`;
}

function existingRefusal(
  outcome: 'ASSOCIATION_ALREADY_EXISTS' | 'OUTCOME_UNDETERMINED',
  message: string,
  existing: Association,
  differences: readonly Difference[],
  eksRequestId: string | null,
): RefusedConclusion {
  const fields = refusalFields(outcome, message);
  const refusal = { ...fields, kind: 'AssociationAlreadyExists', existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn: existing.associationArn, eksRequestId };
}

/** EKS answered 409, but no association is visible. */
export function notVisible(error: EksError): RefusedConclusion {
  const outcome = 'ASSOCIATION_NOT_VISIBLE';
  const message = `EKS reports an association for the service account, but none is visible: ${error.message}`;
  const fields = refusalFields(outcome, message);
  const refusal = { ...fields, kind: 'AssociationAlreadyExists', existing: null, differences: null } as const;
  return { ...nothing, outcome, message, refusal, eksRequestId: error.requestId };
}

/** Why EKS did not receive a request, as the beginning of a sentence. */
const unsent: Readonly<Partial<Record<LeaseHolderOutcome, string>>> = {
  EKS_UNREACHABLE: "EKS can't be reached",
  CREDENTIALS_DENIED: 'The gateway got no credentials for EKS',
  CREDENTIALS_UNAVAILABLE: 'The gateway got no credentials for EKS',
};

/** By the answer of EKS or the failure of the connection, nothing was changed. */
export function rejected(
  outcome: Extract<LeaseHolderOutcome, RefusedOutcome>,
  { exception, message: eksMessage, requestId }: EksError,
): RefusedConclusion {
  const message = `${unsent[outcome] ?? 'EKS rejected the request'}: ${eksMessage}`;
  const fields = refusalFields(outcome, message);
  const isTrust = outcome === 'TRUST_POLICY_INVALID';
  const advice = isTrust ? `${outcomes[outcome].advice} ${requiredTrustPolicy}` : fields.advice;
  const refusal = { ...fields, advice, kind: 'EksRefused', exception, eksMessage } as const;
  return { ...nothing, outcome, message, refusal, eksRequestId: requestId };
}

/** What follows from an answer that means the same for every operation. */
export function concludedByEks(result: Extract<ChangeResult, { kind: 'rejected' | 'unknown' }>): Conclusion {
  if (result.kind === 'rejected') return rejected(result.outcome, result.error);
  const { exception, message: eksMessage, requestId } = result.error;
  const message = `The answer of EKS does not tell whether the change was made (${exception}: ${eksMessage}).`;
  return { ...inconclusive(message), eksRequestId: requestId };
}
