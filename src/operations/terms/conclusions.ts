import type { ChangeResult, EksError } from '../../eks/eks.ts';
import type { Conclusion, LeaseHolderOutcome, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import { maxTags } from '../../model/association.ts';
import type { Association, AssociationTarget, DeleteRequest } from '../../model/association.ts';
import type { Lock } from '../../model/lock.ts';
import { outcomes } from '../../model/outcome.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { RefusedOutcome } from '../../model/refusal.ts';
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

function success(association: Association, message: string) {
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

/** The expiry of the association was set, or cleared, and nothing else. */
export function expirySet(association: Association, expiresAt: string | null): Conclusion {
  const what = expiresAt === null ? 'does not end by itself any more' : `ends at ${expiresAt}`;
  return { ...success(association, `The association ${what}; nothing was changed at EKS.`), outcome: 'ENDING_SET' };
}

/** `expiresAt` is too near to when the request arrived, or too far. */
export function expiresAtOutOfRange(message: string, advice: string): RefusedConclusion {
  const outcome = 'EXPIRES_AT_OUT_OF_RANGE';
  const findings = [{ path: 'expiresAt', rule: 'expires-at-in-range', message, advice }];
  const refusal = { ...refusalFields(outcome, message), kind: 'InvalidInput', findings } as const;
  return { ...nothing, outcome, message, refusal };
}

/** The association would have more tags than EKS permits. */
export function tagLimitExceeded({ associationId, associationArn }: Association): RefusedConclusion {
  const outcome = 'TAG_LIMIT_EXCEEDED';
  const message = `The association ${associationId} would have more than ${maxTags} tags, with the gateway's own.`;
  const { advice } = refusalFields(outcome, message);
  const findings = [{ path: 'tags', rule: 'max-tags-after', message, advice }];
  const refusal = { ...refusalFields(outcome, message), kind: 'InvalidInput', findings } as const;
  return { ...nothing, outcome, message, refusal, associationArn };
}

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
  return (
    'No effect of this operation is visible in EKS; it can still take effect until ' +
    `${new Date(inDoubtUntil).toISOString()}.`
  );
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

/** No association of a service account was visible to the principal: whether there is one is not told. */
export function notSeenFor({ clusterName, namespace, serviceAccount }: AssociationTarget) {
  const outcome = 'ASSOCIATION_NOT_SEEN';
  const message =
    `The service account ${namespace}/${serviceAccount} of cluster ${clusterName} has no association ` +
    'that you may view.';
  const advice = 'List the associations of the namespace to see which ones you may view.';
  const refusal = { ...refusalFields(outcome, message), advice, kind: 'AssociationNotFound' } as const;
  return { outcome, refusal, associationArn: null } as const;
}

function notFoundRefusal(
  outcome: 'ASSOCIATION_NOT_FOUND' | 'ASSOCIATION_NOT_SEEN',
  { clusterName, associationId }: Pick<DeleteRequest, 'clusterName' | 'associationId'>,
) {
  const message = `The cluster ${clusterName} has no association ${associationId} that you may view.`;
  return { ...refusalFields(outcome, message), kind: 'AssociationNotFound' } as const;
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
