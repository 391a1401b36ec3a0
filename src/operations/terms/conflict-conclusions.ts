import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { EksError } from '../../eks/eks.ts';
import type { Association, AssociationTarget, CreateRequest, DeleteRequest } from '../../model/association.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { Difference } from '../../model/refusal.ts';
import { nothing } from './conclusions.ts';
import { createDifferences } from './differences.ts';

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
  const message =
    `The association ${associationId} was modified at ${modifiedAt}, not at ${expectedModifiedAt} as ` + 'expected.';
  const refusal = { ...refusalFields(outcome, message), kind: 'AssociationChanged', existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn };
}

/** The association has other tags than `expectedTags`. */
export function tagsChanged(existing: Association, differences: readonly Difference[]): RefusedConclusion {
  const { associationId, associationArn } = existing;
  const outcome = 'ASSOCIATION_CHANGED';
  const keys = differences.map(({ field }) => field.slice('tags.'.length)).join(', ');
  const message = `The association ${associationId} has other tags than expected: ${keys}.`;
  const refusal = { ...refusalFields(outcome, message), kind: 'AssociationChanged', existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn };
}

/** The service account has another revision than the request expects. */
export function revisionChanged(target: AssociationTarget, expected: number, actual: number): RefusedConclusion {
  const outcome = 'ASSOCIATION_CHANGED';
  const message =
    `The service account ${accountOf(target)} has revision ${actual}, not ${expected} as expected: ` +
    'its association changed, or may have.';
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
  const message =
    `Another operation on the service account ${accountOf(target)} is in progress or has just ended, ` +
    'so its state is not certain.';
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
 * The tags are not as a request in doubt asked for: whether it was applied can't be determined.
 * `existing` is the association now; null: it is gone.
 */
export function tagsUndetermined(
  { associationId }: DeleteRequest,
  existing: Association | null,
  differences: readonly Difference[] | null,
): RefusedConclusion {
  const outcome = 'TAGS_UNDETERMINED';
  const now = existing ? 'does not have the requested tags' : 'is no longer visible';
  const message = `The association ${associationId} ${now}; whether the change was applied before can't be determined.`;
  const refusal = { ...refusalFields(outcome, message), kind: 'AssociationChanged', existing, differences } as const;
  return { ...nothing, outcome, message, refusal, associationArn: existing?.associationArn ?? null };
}

/**
 * The service account got an association of others while a create was in doubt: its own may have
 * been replaced by it.
 */
export function createReplaced(existing: Association, request: CreateRequest): RefusedConclusion {
  const message =
    'The association may have been created and replaced since: the one of the service account ' +
    `${accountOf(request)} was created by another request at ${existing.createdAt}.`;
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
  const message =
    `The service account ${accountOf(request)} has an association that equals this request; whether ` +
    "this request created it can't be determined.";
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

/** The association at its expiry is not as an operation of the gateway left or adopted it. */
export function changedOutside(existing: Association): RefusedConclusion {
  const { associationId, modifiedAt } = existing;
  const message = `The association ${associationId} was changed outside the gateway, last modified at ${modifiedAt}, and not adopted since; so it was not ended.`;
  return refusedAs('ASSOCIATION_CHANGED', message, existing);
}

/**
 * An update of the expiry alone, of an association whose present version no operation made or
 * adopted.
 */
export function notConfirmed(existing: Association): RefusedConclusion {
  const { associationId, modifiedAt } = existing;
  const message = `The association ${associationId} was modified at ${modifiedAt} outside the gateway, and was not adopted since.`;
  return refusedAs('ASSOCIATION_NOT_CONFIRMED', message, existing);
}

function refusedAs(
  outcome: 'ASSOCIATION_CHANGED' | 'ASSOCIATION_NOT_CONFIRMED',
  message: string,
  existing: Association,
): RefusedConclusion {
  const refusal = {
    ...refusalFields(outcome, message),
    kind: 'AssociationChanged',
    existing,
    differences: null,
  } as const;
  return { ...nothing, outcome, message, refusal, associationArn: existing.associationArn };
}
