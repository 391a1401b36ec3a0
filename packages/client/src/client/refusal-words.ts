import type { RefusalCode } from '../generated/operations.ts';
import type { Refusal } from './result.ts';

/** What a refusal means to a person who has asked for something, without words of the API. */
export interface RefusalWords {
  /** What it is, in a few words, e.g. for a heading. */
  readonly title: string;
  /** What to do now; null: the advice of the refusal says it, because policy or input determine it. */
  readonly next: string | null;
}

/**
 * The words for each refusal: for page, command and chat alike. A code without words does not
 * compile.
 */
export const refusalWords: Readonly<Record<RefusalCode, RefusalWords>> = {
  INVALID_INPUT: { title: 'Some fields can’t be sent as they are', next: null },
  POLICY_DENIED: { title: 'Denied by policy', next: null },
  POLICY_EVALUATION_FAILED: {
    title: 'Policy could not be evaluated',
    next: 'Try again in a minute. If it stays so, tell the platform team: a policy fails, or a role can’t be read.',
  },
  APPROVAL_REQUIRED: { title: 'Others have to agree first', next: null },
  APPROVAL_REJECTED: {
    title: 'Rejected',
    next: 'Read the comment of the approver. You can ask again with other settings.',
  },
  APPROVAL_EXPIRED: {
    title: 'The time for the approval is over',
    next: 'Ask again, and make the change soon after it is approved.',
  },
  APPROVAL_WITHDRAWN: { title: 'Withdrawn', next: 'You can ask again.' },
  APPROVAL_LIMIT_REACHED: {
    title: 'No approval can be asked for now',
    next: 'Withdraw a request that you don’t need any more, or wait until one is decided.',
  },
  APPROVAL_NOT_FOUND: {
    title: 'This approval does not exist, or you may not see it',
    next: 'Check the link. Another approval may have replaced it.',
  },
  APPROVAL_NOT_PENDING: { title: 'It does not wait for votes any more', next: 'Its state says what became of it.' },
  CHANGES_LOCKED: {
    title: 'Changes are locked',
    next: 'Operators have stopped changes. Ask them, or wait until the lock is lifted.',
  },
  TOKEN_REUSED_WITH_DIFFERENT_INPUT: {
    title: 'Another request was sent under the same token',
    next: 'Nothing was done. Send it once more as a new request.',
  },
  ASSOCIATION_ALREADY_EXISTS: {
    title: 'The service account has a role already',
    next: 'Change the association that it has, or adopt it if it is equal.',
  },
  NOTHING_TO_CHANGE: { title: 'It is as you want it already', next: 'Nothing was done, and nobody was asked.' },
  ASSOCIATION_NOT_FOUND: {
    title: 'There is no such association, or you may not see it',
    next: 'It may have been deleted. Look for it in the list.',
  },
  ASSOCIATION_CHANGED: {
    title: 'Others have changed it meanwhile',
    next: 'Nothing was done. Look at what it is now, and decide again.',
  },
  OPERATION_IN_PROGRESS: {
    title: 'Another change of this service account is under way',
    next: 'Wait until it has ended, then send yours again.',
  },
  EXPIRES_AT_OUT_OF_RANGE: {
    title: 'The end is too early or too late',
    next: 'Choose an end between 5 minutes and 5 years from now, or none.',
  },
  ASSOCIATION_NOT_CONFIRMED: {
    title: 'It was made or changed outside of the gateway',
    next: 'Adopt it first, then set its end.',
  },
  CLUSTER_NOT_FOUND: {
    title: 'The cluster does not exist',
    next: 'Check its name, account and region. It may be gone from EKS.',
  },
  ROLE_NOT_FOUND: {
    title: 'The role does not exist yet',
    next: 'Nothing was done. Create the role in IAM, wait some seconds, and send the request again.',
  },
  TRUST_POLICY_INVALID: {
    title: 'The role does not let pods use it',
    next: 'Let pods.eks.amazonaws.com assume it in its trust policy (sts:AssumeRole and sts:TagSession), then try again.',
  },
  DECLARED_ELSEWHERE: {
    title: 'It belongs to another declaration, or to none',
    next: 'Nothing was done. Change it where it is declared, or take it over.',
  },
  TAG_LIMIT_EXCEEDED: {
    title: 'It would have more than 50 tags',
    next: 'Remove tags that nobody needs, then try again.',
  },
  ASSOCIATION_LIMIT_EXCEEDED: {
    title: 'The cluster has as many associations as EKS allows',
    next: 'Delete some that nobody needs, then try again.',
  },
  GATEWAY_ACCESS_DENIED: {
    title: 'The gateway lacks a permission in AWS',
    next: 'Tell the operators of the gateway: you can’t fix it.',
  },
  THROTTLED: { title: 'EKS is busy', next: 'Nothing was done. Send it again in a minute.' },
  EKS_UNREACHABLE: {
    title: 'EKS could not be reached',
    next: 'Nothing was done. Send it again in a minute; if it stays so, tell the operators of the gateway.',
  },
  EKS_REFUSED: { title: 'EKS has rejected it', next: 'Fix what EKS says, then send it as a new request.' },
  OUTCOME_UNDETERMINED: {
    title: 'What became of it can’t be known',
    next: 'It may have been made and replaced since. Compare what exists now with what you want.',
  },
};

const unknown: RefusalWords = { title: 'Refused', next: null };

/** The words for a code, also for one that a later version of the gateway added. */
export function refusalWordsOf(code: string): RefusalWords {
  return Object.hasOwn(refusalWords, code) ? refusalWords[code as RefusalCode] : unknown;
}

/** The advice to a person: of the words, and else of the refusal itself; null without any. */
export function personalAdvice({
  code,
  advice,
}: {
  readonly code: string;
  readonly advice: string | null;
}): string | null {
  return refusalWordsOf(code).next ?? advice;
}

/** The keys of the tags that the policies which denied a request name: adding them can lift the denial. */
export function missingTags(refusal: Refusal): readonly string[] {
  if (refusal.__typename !== 'PolicyDenied') return [];
  return [...new Set(refusal.violations.flatMap(({ tagKey }) => tagKey ?? []))];
}
