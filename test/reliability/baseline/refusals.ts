import { refusalFields } from '../../../src/model/refusal.ts';
import type { EksError } from '../../../src/eks/eks.ts';
import type { Association, DeleteRequest } from '../../../src/model/association.ts';
import type { Refusal } from '../../../src/model/refusal.ts';
import type { EksRefusal } from './eks.ts';

/**
 * The refusal for an EKS exception. It does not include the existing association, because that
 * needs another EKS call.
 */
export function refusalByEks(outcome: EksRefusal, { exception, message: eksMessage }: EksError): Refusal {
  const refusal = refusalFields(outcome, `EKS rejected the request: ${exception}: ${eksMessage}`);
  if (outcome === 'ASSOCIATION_NOT_FOUND') return { ...refusal, kind: 'AssociationNotFound' };
  if (outcome !== 'ASSOCIATION_ALREADY_EXISTS') return { ...refusal, kind: 'EksRefused', exception, eksMessage };
  const advice =
    'Check the association of the service account: keep it, or delete it and use a new clientRequestToken.';
  return { ...refusal, advice, kind: 'AssociationAlreadyExists', existing: null, differences: null };
}

/** The refusal of a change to an association that does not exist. */
export function notFoundRefusal({ clusterName, associationId }: DeleteRequest): Refusal {
  const message = `The cluster ${clusterName} has no association ${associationId}.`;
  return { ...refusalFields('ASSOCIATION_NOT_FOUND', message), kind: 'AssociationNotFound' };
}

/** The refusal of a change to an association that was modified since the caller read it. */
export function changedRefusal({ associationId, modifiedAt }: Association, expectedModifiedAt: string): Refusal {
  const message = `The association ${associationId} was modified at ${modifiedAt}, after ${expectedModifiedAt}.`;
  return {
    ...refusalFields('ASSOCIATION_CHANGED', message),
    kind: 'AssociationChanged',
    existing: null,
    differences: null,
  };
}

/**
 * The refusal of a token that was used with different input. The operation is unknown while the
 * earlier request is running.
 */
export function tokenReusedRefusal(originalOperationId: string | null): Refusal {
  const message = 'This clientRequestToken was used for an earlier request with different input.';
  return {
    ...refusalFields('TOKEN_REUSED_WITH_DIFFERENT_INPUT', message),
    kind: 'TokenReused',
    originalOperationId: originalOperationId ?? 'unknown',
  };
}
