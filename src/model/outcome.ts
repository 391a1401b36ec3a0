import { approvalOutcomes } from './approval-outcomes.ts';
import { eksOutcomes } from './eks-outcomes.ts';
import { final, inProgress, notRetryable, released, success, unrecorded } from './outcome-row.ts';
import type { OutcomeRow } from './outcome-row.ts';

const locked = {
  status: 'REFUSED',
  code: 'CHANGES_LOCKED',
  retryable: true,
  retryAfterSeconds: 300,
  advice:
    'Ask the operators of the gateway when the lock will be lifted. After that, the same ' +
    'clientRequestToken can be used.',
} as const;

/**
 * Every outcome of a mutation, and all that follows from it. Operations, ledger writes, the
 * reconciler, the docs' list of refusals and its test read this table; nothing else decides what an
 * outcome means.
 */
export const outcomes = {
  ...approvalOutcomes,
  /** EKS confirmed the change. */
  DONE: success,
  /** While the operation was in doubt, its effect was read from EKS. */
  FOUND: success,
  /** The association was adopted: nothing was sent to EKS. */
  ADOPTED: success,
  /** The expiry of the association was set or cleared: nothing was sent to EKS. */
  ENDING_SET: success,
  /** The change may have taken effect or may still do so. Never reported as failed. */
  UNKNOWN: { ...inProgress, event: 'UNKNOWN', recordState: 'IN_PROGRESS' },
  /** Another request with the same token holds the lease. */
  CONTENDED: { ...inProgress, event: 'CONTENDED', recordState: 'untouched' },
  INVALID_INPUT: {
    ...unrecorded,
    code: 'INVALID_INPUT',
    event: 'INVALID',
    ...notRetryable,
    advice: 'Fix every field listed in findings, then send the request again; the same clientRequestToken can be used.',
  },
  POLICY_DENIED: {
    ...unrecorded,
    code: 'POLICY_DENIED',
    event: 'DENIED',
    ...notRetryable,
    advice:
      'Follow the advice of each violation. A denial is not stored: once its cause is fixed, the same ' +
      'clientRequestToken can be used.',
  },
  POLICY_EVALUATION_FAILED: {
    ...unrecorded,
    code: 'POLICY_EVALUATION_FAILED',
    event: 'DENIED',
    retryable: true,
    retryAfterSeconds: 60,
    advice: 'Ask the operators of the gateway to fix the policy that failed; then send the request again.',
  },
  /** Policy depends on tags or permissions boundary of a role that IAM does not have. */
  ROLE_NOT_FOUND_FOR_POLICY: {
    ...unrecorded,
    code: 'ROLE_NOT_FOUND',
    event: 'DENIED',
    retryable: true,
    retryAfterSeconds: 10,
    advice:
      'Check roleArn and targetRoleArn. A role created in the last minute needs some seconds to ' +
      'propagate: send the same request again after retryAfterSeconds.',
  },
  /** A lock of the operators stops the change. Nothing was begun. */
  CHANGES_LOCKED: { ...locked, event: 'REFUSED', recordState: 'untouched' },
  /** The same, found while the token was claimed. Nothing was sent to EKS. */
  LOCKED_AFTER_CLAIM: { ...locked, event: 'RELEASED', recordState: 'RELEASED' },
  TOKEN_REUSED_WITH_DIFFERENT_INPUT: {
    ...unrecorded,
    code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT',
    event: 'TOKEN_REUSED',
    ...notRetryable,
    advice: 'Use a new clientRequestToken for a new request, or send the first request again unchanged.',
  },
  ASSOCIATION_ALREADY_EXISTS: {
    ...final,
    code: 'ASSOCIATION_ALREADY_EXISTS',
    advice:
      'Compare existing with your request. Keep it, or have it deleted and send the request with a new ' +
      'clientRequestToken.',
  },
  /** EKS answered 409, but no association is visible: a delete may still be propagating. */
  ASSOCIATION_NOT_VISIBLE: {
    ...released,
    code: 'ASSOCIATION_ALREADY_EXISTS',
    retryAfterSeconds: 5,
    advice: 'A delete may still be propagating at EKS: send the same request again after retryAfterSeconds.',
  },
  /** EKS rejected the change, because the association no longer exists. */
  ASSOCIATION_NOT_FOUND: {
    ...final,
    code: 'ASSOCIATION_NOT_FOUND',
    advice: 'Check clusterName and associationId; list the associations to see which ones you may view.',
  },
  /**
   * No association was visible to the principal when the request was admitted. Nothing was begun or
   * recorded: a read can lag behind a create.
   */
  ASSOCIATION_NOT_SEEN: {
    ...unrecorded,
    ...notRetryable,
    code: 'ASSOCIATION_NOT_FOUND',
    event: 'REFUSED',
    advice:
      'Check clusterName and associationId; list the associations to see which ones you may view. The ' +
      'same clientRequestToken can be used again, for example once a new association is visible.',
  },
  /**
   * The association is not the one that `expectedModifiedAt` or `expectedTags` name, or the service
   * account has another revision than `expectedRevision`.
   */
  ASSOCIATION_CHANGED: {
    ...final,
    code: 'ASSOCIATION_CHANGED',
    advice: 'Read the association again, check your change against it, and use a new clientRequestToken.',
  },
  /**
   * `expiresAt` is too near or too far. Compared when an operation begins, so that a repetition is
   * answered also after the expiry.
   */
  EXPIRES_AT_OUT_OF_RANGE: {
    ...final,
    code: 'EXPIRES_AT_OUT_OF_RANGE',
    advice: 'Give an expiresAt within the range, and use a new clientRequestToken.',
  },
  /**
   * A change of tags would leave more than EKS permits. Compared when an operation begins, as
   * expected tags are.
   */
  TAG_LIMIT_EXCEEDED: {
    ...final,
    code: 'TAG_LIMIT_EXCEEDED',
    advice: 'Remove tags first, or set fewer, then use a new clientRequestToken.',
  },
  /**
   * An update of the expiry alone, of an association that the gateway did not make as it is now.
   */
  ASSOCIATION_NOT_CONFIRMED: {
    ...final,
    code: 'ASSOCIATION_NOT_CONFIRMED',
    advice:
      'Adopt the association, then set expiresAt with a new clientRequestToken; or change a setting ' +
      'with the same update.',
  },
  /**
   * A request is a desired state, expects a revision, sets an expiry or changes tags, and another
   * operation on the service account may still change it. Nothing was begun.
   */
  OPERATION_IN_PROGRESS: {
    ...unrecorded,
    code: 'OPERATION_IN_PROGRESS',
    event: 'REFUSED',
    retryable: true,
    retryAfterSeconds: 10,
    advice: 'Send the same request again after retryAfterSeconds, when the other operation has ended.',
  },
  /**
   * A desired state differs from an association that no request of its declaration made or changed
   * last. Nothing was begun.
   */
  DECLARED_ELSEWHERE: {
    ...unrecorded,
    ...notRetryable,
    code: 'DECLARED_ELSEWHERE',
    event: 'REFUSED',
    advice:
      'Change the association where it is declared, or have it deleted there; or send the desired state with ' +
      'takeOver: true, so that it becomes that of your declaration.',
  },
  ...eksOutcomes,
  /**
   * The operation had no effect and can't have one any more. Not returned as such: the next request
   * with the token claims it again.
   */
  NOT_DONE: { ...inProgress, event: 'RELEASED', recordState: 'RELEASED' },
  /**
   * The change was not sent to EKS. The request fails, and the next one with the token claims it
   * again.
   */
  NOT_SENT: { ...inProgress, event: 'RELEASED', recordState: 'RELEASED' },
  /** A create in doubt: an equal association exists, and no tag can prove who created it. */
  OUTCOME_UNDETERMINED: {
    ...final,
    code: 'OUTCOME_UNDETERMINED',
    advice:
      'An equal association exists, so nothing needs to be done; send fewer than 50 tags to leave room ' +
      'for the ownership tag.',
  },
  /**
   * An operation in doubt whose association others changed, deleted or created: it may have been
   * applied before.
   */
  MAY_HAVE_BEEN_REPLACED: {
    ...final,
    code: 'OUTCOME_UNDETERMINED',
    advice:
      'Pods may have had the requested role for a time: AWS CloudTrail shows which changes EKS ' +
      'applied. Compare what exists now with your request, and use a new clientRequestToken for ' +
      'another change.',
  },
  /**
   * A change of tags in doubt that reads do not show: it may never have been applied, or have been
   * applied and set back by others.
   */
  TAGS_UNDETERMINED: {
    ...final,
    code: 'OUTCOME_UNDETERMINED',
    advice:
      'Compare the tags that the association has now with your request, and use a new clientRequestToken ' +
      'for another change. AWS CloudTrail shows which changes EKS applied.',
  },
} as const satisfies Record<string, OutcomeRow>;

export type OutcomeName = keyof typeof outcomes;

/** Codes of refusals: the distinct `code`s of {@link outcomes}. */
export type RefusalCode = NonNullable<(typeof outcomes)[OutcomeName]['code']>;

/** A row of {@link outcomes}. */
export type Outcome = OutcomeRow & { readonly code: RefusalCode | null };
