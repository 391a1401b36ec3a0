import { base } from '../../src/operations/conclusions.ts';
import type { EksError } from '../../src/eks/eks.ts';
import type { Association, DeleteRequest } from '../../src/model/association.ts';
import type { Refusal } from '../../src/model/refusal.ts';
import type { EksRefusal } from './eks.ts';

/** EKS said no. It is asked nothing more, so that what is in the way is not shown. */
export function refusalByEks(outcome: EksRefusal, { exception, message: eksMessage }: EksError): Refusal {
  const refusal = base(outcome, `EKS refused: ${exception}: ${eksMessage}`);
  if (outcome === 'ASSOCIATION_NOT_FOUND') return { ...refusal, kind: 'AssociationNotFound' };
  if (outcome !== 'ASSOCIATION_ALREADY_EXISTS') return { ...refusal, kind: 'EksRefused', exception, eksMessage };
  const advice =
    'Look at the association of the service account: keep it, or have it deleted and use a new clientRequestToken.';
  return { ...refusal, advice, kind: 'AssociationAlreadyExists', existing: null, differences: null };
}

/** The association that a request names is not there. */
export function notFoundRefusal({ clusterName, associationId }: DeleteRequest): Refusal {
  const message = `The cluster ${clusterName} has no association ${associationId}.`;
  return { ...base('ASSOCIATION_NOT_FOUND', message), kind: 'AssociationNotFound' };
}

/** The association is not as the caller expects it. */
export function changedRefusal({ associationId, modifiedAt }: Association, expectedModifiedAt: string): Refusal {
  const message = `The association ${associationId} was modified at ${modifiedAt}, after ${expectedModifiedAt}.`;
  return { ...base('ASSOCIATION_CHANGED', message), kind: 'AssociationChanged', existing: null, differences: null };
}

/** The token belongs to other input. Where that request is still at work, nothing tells which operation it is. */
export function tokenReusedRefusal(originalOperationId: string | null): Refusal {
  const message = 'This clientRequestToken belongs to an earlier request of yours that asked for something else.';
  return {
    ...base('TOKEN_REUSED_WITH_DIFFERENT_INPUT', message),
    kind: 'TokenReused',
    originalOperationId: originalOperationId ?? 'unknown',
  };
}
