import type { AuditEvent } from './audit.ts';
import type { RefusalCode } from './refusal.ts';

/** How a request stands, for the client. */
export type RequestStatus = 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';

/** What follows from one outcome of a mutation. */
export interface Outcome {
  readonly status: RequestStatus;
  readonly code: RefusalCode | null;
  readonly event: AuditEvent;
  /** What becomes of the token's record; `untouched` where this request does not hold it. */
  readonly token: 'SUCCEEDED' | 'REFUSED' | 'RELEASED' | 'IN_PROGRESS' | 'untouched';
  /** True when the unchanged request can succeed later. */
  readonly retryable: boolean;
  /** After how many seconds a released request is worth sending again; null where waiting alone brings nothing, or where the protocol's clocks say it. */
  readonly waitSeconds: number | null;
  /** What the caller can do; null where nothing needs to be done. More exact advice may stand in the answer. */
  readonly advice: string | null;
}

/**
 * Every way in which a mutation can come out, and all that follows from it. Operations, ledger writes, the reconciler, the
 * README's list of refusals and its test read this table; nothing else decides what an outcome means.
 */
export const outcomes = {
  /** EKS answered that it did it. */
  DONE: {
    status: 'SUCCEEDED',
    code: null,
    event: 'SUCCEEDED',
    token: 'SUCCEEDED',
    retryable: false,
    waitSeconds: null,
    advice: null,
  },
  /** After a doubt, a look at EKS showed that it is done. */
  FOUND: {
    status: 'SUCCEEDED',
    code: null,
    event: 'SUCCEEDED',
    token: 'SUCCEEDED',
    retryable: false,
    waitSeconds: null,
    advice: null,
  },
  /** EKS may have done it, or may still do it. Never called failed. */
  UNKNOWN: {
    status: 'IN_PROGRESS',
    code: null,
    event: 'UNKNOWN',
    token: 'IN_PROGRESS',
    retryable: true,
    waitSeconds: null,
    advice: 'Send the same request with the same clientRequestToken again after retryAfterSeconds.',
  },
  /** Another request with the same token holds the record. */
  CONTENDED: {
    status: 'IN_PROGRESS',
    code: null,
    event: 'CONTENDED',
    token: 'untouched',
    retryable: true,
    waitSeconds: null,
    advice: 'Send the same request with the same clientRequestToken again after retryAfterSeconds.',
  },
  INVALID_INPUT: {
    status: 'REFUSED',
    code: 'INVALID_INPUT',
    event: 'INVALID',
    token: 'untouched',
    retryable: false,
    waitSeconds: null,
    advice:
      'Mend every field that findings name, then send the request again; the same clientRequestToken can be used.',
  },
  POLICY_DENIED: {
    status: 'REFUSED',
    code: 'POLICY_DENIED',
    event: 'DENIED',
    token: 'untouched',
    retryable: false,
    waitSeconds: null,
    advice:
      'Follow the advice of each violation. A denial is not remembered: once it is mended, the same clientRequestToken can be used.',
  },
  POLICY_EVALUATION_FAILED: {
    status: 'REFUSED',
    code: 'POLICY_EVALUATION_FAILED',
    event: 'DENIED',
    token: 'untouched',
    retryable: true,
    waitSeconds: null,
    advice: 'Ask the operators of the gateway to mend the policy that failed; then send the request again.',
  },
  TOKEN_REUSED_WITH_DIFFERENT_INPUT: {
    status: 'REFUSED',
    code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT',
    event: 'TOKEN_REUSED',
    token: 'untouched',
    retryable: false,
    waitSeconds: null,
    advice: 'Use a new clientRequestToken for a new request, or send the first request again unchanged.',
  },
  ASSOCIATION_ALREADY_EXISTS: {
    status: 'REFUSED',
    code: 'ASSOCIATION_ALREADY_EXISTS',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice:
      'Compare existing with what you asked for. Keep it, or have it deleted and send the request with a new clientRequestToken.',
  },
  /** EKS answered 409, but shows no association: a delete may be settling. */
  ASSOCIATION_NOT_VISIBLE: {
    status: 'REFUSED',
    code: 'ASSOCIATION_ALREADY_EXISTS',
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: 5,
    advice: 'EKS may still be settling a delete: send the same request again after retryAfterSeconds.',
  },
  /** There is none, or none any more. */
  ASSOCIATION_NOT_FOUND: {
    status: 'REFUSED',
    code: 'ASSOCIATION_NOT_FOUND',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice: 'Check clusterName and associationId; list the associations to see which there are.',
  },
  /** It is not as it was when it was read, or when the operation began. */
  ASSOCIATION_CHANGED: {
    status: 'REFUSED',
    code: 'ASSOCIATION_CHANGED',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice: 'Read the association again, decide again, and use a new clientRequestToken.',
  },
  CLUSTER_NOT_FOUND: {
    status: 'REFUSED',
    code: 'CLUSTER_NOT_FOUND',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice: 'Check clusterName, accountId and region. Once the cluster exists, use a new clientRequestToken.',
  },
  ROLE_NOT_FOUND: {
    status: 'REFUSED',
    code: 'ROLE_NOT_FOUND',
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: 10,
    advice:
      'Check roleArn. A role made in the last minute needs some seconds: send the same request again after retryAfterSeconds.',
  },
  TRUST_POLICY_INVALID: {
    status: 'REFUSED',
    code: 'TRUST_POLICY_INVALID',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice:
      'Let the role trust pods.eks.amazonaws.com for sts:AssumeRole and sts:TagSession, then use a new clientRequestToken.',
  },
  ASSOCIATION_LIMIT_EXCEEDED: {
    status: 'REFUSED',
    code: 'ASSOCIATION_LIMIT_EXCEEDED',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice:
      'Delete associations that are no longer needed or have the quota raised, then use a new clientRequestToken.',
  },
  EKS_REFUSED: {
    status: 'REFUSED',
    code: 'EKS_REFUSED',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice: 'eksMessage says what EKS does not accept. Mend it, then use a new clientRequestToken.',
  },
  GATEWAY_ACCESS_DENIED: {
    status: 'REFUSED',
    code: 'GATEWAY_ACCESS_DENIED',
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: null,
    advice:
      'Ask the operators of the gateway: its IAM role lacks the permission that eksMessage names. Then send the same request again.',
  },
  THROTTLED: {
    status: 'REFUSED',
    code: 'THROTTLED',
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: 5,
    advice: 'EKS throttles the account: send the same request again after retryAfterSeconds.',
  },
  EKS_UNREACHABLE: {
    status: 'REFUSED',
    code: 'EKS_UNREACHABLE',
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: 5,
    advice:
      'No connection to EKS could be made: send the same request again after retryAfterSeconds; tell the operators of the gateway if it lasts.',
  },
  /** Nothing of the operation can happen any more, and EKS shows nothing. No caller is told so: the next one begins again. */
  NOT_DONE: {
    status: 'IN_PROGRESS',
    code: null,
    event: 'RELEASED',
    token: 'RELEASED',
    retryable: true,
    waitSeconds: null,
    advice: 'Send the same request with the same clientRequestToken again after retryAfterSeconds.',
  },
  OUTCOME_UNDETERMINED: {
    status: 'REFUSED',
    code: 'OUTCOME_UNDETERMINED',
    event: 'REFUSED',
    token: 'REFUSED',
    retryable: false,
    waitSeconds: null,
    advice:
      'An equal association exists, so nothing needs to be done; send fewer than 50 tags to leave room for the proof.',
  },
} as const satisfies Record<string, Outcome>;

export type OutcomeName = keyof typeof outcomes;
