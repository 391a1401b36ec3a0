import type { ChangeResult, EksError } from '../eks/eks.ts';
import type { Association, CreateRequest, DeleteRequest } from '../model/association.ts';
import { outcomes } from '../model/outcome.ts';
import type { Outcome, OutcomeName } from '../model/outcome.ts';
import type { Difference, Refusal } from '../model/refusal.ts';
import { differencesBetween } from './differences.ts';
import type { Sight } from './observe.ts';

/** Outcomes that a holder of a token record can come to. */
export type LeaseHolderOutcome = {
  [Name in OutcomeName]: (typeof outcomes)[Name]['token'] extends 'untouched' ? never : Name;
}[OutcomeName];

/** What a holder has come to: the outcome, and the particulars for the caller and for the trail. */
export interface Conclusion {
  readonly outcome: LeaseHolderOutcome;
  /** One sentence, for the trail and, when refused, for the caller. */
  readonly message: string;
  /** Set exactly when the outcome is a success. */
  readonly association: Association | null;
  /** Set exactly when the outcome has a code. */
  readonly refusal: Refusal | null;
  /** ARN of the association made, found or met. */
  readonly associationArn: string | null;
  readonly eksRequestId: string | null;
}

/** The trust policy that a role needs, by the EKS user guide. */
const neededTrustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
});

/** EKS did it, as it says itself. */
export function done(result: Extract<ChangeResult, { kind: 'done' }>, message: string): Conclusion {
  return success('DONE', message, result.association, result.requestId);
}

/** It is done, as a look at EKS shows after a doubt. */
export function found(association: Association, message: string): Conclusion {
  return success('FOUND', message, association, null);
}

/** What EKS shows proves nothing yet. */
export function inconclusive(message: string): Conclusion {
  return { ...nothing, outcome: 'UNKNOWN', message };
}

/** There is no such association any more. */
export function notFound(request: DeleteRequest, eksRequestId: string | null): Conclusion {
  const message = `The cluster ${request.clusterName} has no association ${request.associationId}.`;
  const refusal: Refusal = { ...base('ASSOCIATION_NOT_FOUND', message), kind: 'AssociationNotFound' };
  return { ...nothing, outcome: 'ASSOCIATION_NOT_FOUND', message, refusal, eksRequestId };
}

/** The association is not as it was; `differences` are those to what was asked for. */
export function changed(
  association: Association,
  differences: readonly Difference[] | null,
  since: string,
): Conclusion {
  const { associationId, associationArn, modifiedAt } = association;
  const message = `The association ${associationId} was modified at ${modifiedAt}, after ${since}.`;
  const outcome = 'ASSOCIATION_CHANGED';
  const refusal: Refusal = {
    ...base(outcome, message),
    kind: 'AssociationChanged',
    existing: association,
    differences,
  };
  return { ...nothing, outcome, message, refusal, associationArn };
}

/** What follows from what a look says of a create. */
export function concludedFrom(sight: Exclude<Sight, { kind: 'absent' }>, request: CreateRequest): Conclusion {
  switch (sight.kind) {
    case 'ours':
      return found(sight.association, 'EKS shows the association that this request created.');
    case 'anothers':
      return alreadyExists(sight.association, request, null);
    case 'undetermined':
      return existing('OUTCOME_UNDETERMINED', sight.association, request, null);
    case 'inconclusive':
      return inconclusive(sight.message);
  }
}

/** Another association holds the service account. */
export function alreadyExists(
  association: Association,
  request: CreateRequest,
  eksRequestId: string | null,
): Conclusion {
  return existing('ASSOCIATION_ALREADY_EXISTS', association, request, eksRequestId);
}

/** EKS answered 409, and shows no association. */
export function notVisible(error: EksError): Conclusion {
  const message = `EKS says that the service account has an association, but shows none: ${error.message}`;
  const refusal = { ...base('ASSOCIATION_NOT_VISIBLE', message), kind: 'AssociationAlreadyExists' as const };
  return {
    ...nothing,
    outcome: 'ASSOCIATION_NOT_VISIBLE',
    message,
    refusal: { ...refusal, existing: null, differences: null },
    eksRequestId: error.requestId,
  };
}

/** EKS, or the way to it, said for certain that nothing was done. */
export function refusedByEks(
  outcome: Exclude<LeaseHolderOutcome, 'DONE' | 'FOUND' | 'UNKNOWN' | 'NOT_DONE'>,
  error: EksError,
): Conclusion {
  const message = `EKS refused: ${error.message}`;
  const refusal: Refusal = {
    ...base(outcome, message),
    ...(outcome === 'TRUST_POLICY_INVALID' ? { advice: `${outcomes[outcome].advice} ${neededTrustPolicy}` } : {}),
    kind: 'EksRefused',
    exception: error.exception,
    eksMessage: error.message,
  };
  return { ...nothing, outcome, message, refusal, eksRequestId: error.requestId };
}

/** What follows where EKS's answer means the same for every operation. */
export function concludedByEks(result: Exclude<ChangeResult, { kind: 'done' | 'in-use' | 'not-found' }>): Conclusion {
  return result.kind === 'unknown' ? unknown(result.error) : refusedByEks(result.outcome, result.error);
}

/** Nobody knows yet what EKS did. */
function unknown(error: EksError): Conclusion {
  const message = `EKS gave no answer that tells whether it did what it was asked (${error.exception}: ${error.message}).`;
  return { ...nothing, outcome: 'UNKNOWN', message, eksRequestId: error.requestId };
}

/** Nothing of the operation can still happen, and EKS shows nothing of it. */
export const notDone: Conclusion = {
  outcome: 'NOT_DONE',
  message: 'EKS shows nothing that this operation did, and nothing of it can still take effect.',
  association: null,
  refusal: null,
  associationArn: null,
  eksRequestId: null,
};

const nothing = { association: null, refusal: null, associationArn: null, eksRequestId: null } as const;

function success(outcome: 'DONE' | 'FOUND', message: string, association: Association, eksRequestId: string | null) {
  const { associationArn } = association;
  return { outcome, message, association, refusal: null, associationArn, eksRequestId };
}

function existing(
  outcome: 'ASSOCIATION_ALREADY_EXISTS' | 'OUTCOME_UNDETERMINED',
  association: Association,
  request: CreateRequest,
  eksRequestId: string | null,
): Conclusion {
  const differences = differencesBetween(request, association);
  const account = `${request.namespace}/${request.serviceAccount}`;
  const message =
    outcome === 'OUTCOME_UNDETERMINED'
      ? `The service account ${account} has an association that equals this request; whether this request made it can't be told.`
      : differences.length === 0
        ? `The service account ${account} has an association already, which equals this request.`
        : `The service account ${account} has an association already, which differs in ${listed(differences)}.`;
  const refusal: Refusal = {
    ...base(outcome, message),
    kind: 'AssociationAlreadyExists',
    existing: association,
    differences,
  };
  return { ...nothing, outcome, message, refusal, associationArn: association.associationArn, eksRequestId };
}

function listed(differences: readonly { readonly field: string }[]): string {
  return differences.map(({ field }) => field).join(', ');
}

/** The part of a refusal that the outcome's row gives. */
export function base(
  outcome: { [N in OutcomeName]: (typeof outcomes)[N]['code'] extends null ? never : N }[OutcomeName],
  message: string,
) {
  const { code, retryable, advice } = outcomes[outcome];
  return { code, message, advice: advice, retryable };
}

/** The outcome's row, typed for a holder's writes. */
export function outcomeOf(
  outcome: LeaseHolderOutcome,
): Outcome & { readonly token: Exclude<Outcome['token'], 'untouched'> } {
  return outcomes[outcome];
}
