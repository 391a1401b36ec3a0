import type { CreateResult, EksError } from '../eks/eks.ts';
import type { Association, CreateRequest } from '../model/association.ts';
import { outcomes } from '../model/outcome.ts';
import type { Outcome, OutcomeName } from '../model/outcome.ts';
import type { Refusal } from '../model/refusal.ts';
import { differencesBetween } from './differences.ts';
import type { Sight } from './look.ts';

/** Outcomes that a holder of a token record can come to. */
export type HolderOutcome = {
  [Name in OutcomeName]: (typeof outcomes)[Name]['token'] extends 'untouched' ? never : Name;
}[OutcomeName];

/** What a holder has come to: the outcome, and the particulars for the caller and for the trail. */
export interface Conclusion {
  readonly outcome: HolderOutcome;
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

/** EKS created the association, as it says itself. */
export function created(result: Extract<CreateResult, { kind: 'created' }>): Conclusion {
  const { association, requestId: eksRequestId } = result;
  return success('CREATED', 'EKS created the association.', association, eksRequestId);
}

/** What follows when a look has settled what became of an operation; null where the operation may be tried again. */
export function concludedFrom(sight: Exclude<Sight, { kind: 'absent' }>, request: CreateRequest): Conclusion {
  switch (sight.kind) {
    case 'ours':
      return success('FOUND', 'EKS shows the association that this request created.', sight.association, null);
    case 'anothers':
      return alreadyExists(sight.association, request, null);
    case 'undetermined':
      return existing('OUTCOME_UNDETERMINED', sight.association, request, null);
    case 'inconclusive':
      return { ...nothing, outcome: 'UNKNOWN', message: sight.message };
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
  outcome: Exclude<HolderOutcome, 'CREATED' | 'FOUND' | 'UNKNOWN' | 'NOT_DONE'>,
  error: EksError,
): Conclusion {
  const message = `EKS refused: ${error.message}`;
  const refusal: Refusal = {
    ...base(outcome, message),
    ...(outcome === 'TRUST_POLICY_INVALID' ? { advice: `${outcomes[outcome].remedy} ${neededTrustPolicy}` } : {}),
    kind: 'EksRefused',
    exception: error.exception,
    eksMessage: error.message,
  };
  return { ...nothing, outcome, message, refusal, eksRequestId: error.requestId };
}

/** Nobody knows yet what EKS did. */
export function unknown(error: EksError): Conclusion {
  const message = `EKS gave no answer that tells whether it created the association (${error.exception}: ${error.message}).`;
  return { ...nothing, outcome: 'UNKNOWN', message, eksRequestId: error.requestId };
}

/** Nothing of the operation can still happen, and EKS shows nothing. */
export const notDone: Conclusion = {
  outcome: 'NOT_DONE',
  message: 'EKS shows no association, and nothing of this operation can still take effect.',
  association: null,
  refusal: null,
  associationArn: null,
  eksRequestId: null,
};

const nothing = { association: null, refusal: null, associationArn: null, eksRequestId: null } as const;

function success(outcome: 'CREATED' | 'FOUND', message: string, association: Association, eksRequestId: string | null) {
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
  const { code, retryable, remedy } = outcomes[outcome];
  return { code, message, advice: remedy, retryable };
}

/** The outcome's row, typed for a holder's writes. */
export function rowOf(outcome: HolderOutcome): Outcome & { readonly token: Exclude<Outcome['token'], 'untouched'> } {
  return outcomes[outcome];
}
