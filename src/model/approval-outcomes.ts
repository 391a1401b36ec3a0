import { final, notRetryable, unrecorded } from './outcome-row.ts';
import type { OutcomeRow } from './outcome-row.ts';

/** The outcomes of requests that need an approval, and of votes. */
export const approvalOutcomes = {
  /**
   * Only policies that an approval lifts forbid the request. Nothing was begun: once it is
   * approved, the same request is executed.
   */
  APPROVAL_REQUIRED: {
    ...unrecorded,
    code: 'APPROVAL_REQUIRED',
    event: 'APPROVAL_REQUESTED',
    retryable: true,
    retryAfterSeconds: 60,
    advice:
      'Ask the approvers of each need to approve it; then send the same request with the same clientRequestToken again, which executes it.',
  },
  /** An approver rejected what this token asked for. */
  APPROVAL_REJECTED: {
    ...final,
    code: 'APPROVAL_REJECTED',
    advice: 'Read the comment of the approver. To ask again, use a new clientRequestToken.',
  },
  /**
   * What this token asked for was not approved in time, or not executed in time once it was
   * approved.
   */
  APPROVAL_EXPIRED: {
    ...final,
    code: 'APPROVAL_EXPIRED',
    advice: 'To ask again, use a new clientRequestToken; send the request again soon after it is approved.',
  },
  /** Who asked withdrew what this token asked for. */
  APPROVAL_WITHDRAWN: {
    ...final,
    code: 'APPROVAL_WITHDRAWN',
    advice: 'To ask again, use a new clientRequestToken.',
  },
  /** An update that needs an approval has no effect: nobody was asked, and nothing was begun. */
  NOTHING_TO_CHANGE: {
    ...unrecorded,
    ...notRetryable,
    code: 'NOTHING_TO_CHANGE',
    event: 'REFUSED',
    advice: 'Nothing needs to be done. The same clientRequestToken can be used if the association changes.',
  },
  /** The principal has as many pending approvals as it may have. Nothing was begun. */
  APPROVAL_LIMIT_REACHED: {
    ...unrecorded,
    code: 'APPROVAL_LIMIT_REACHED',
    event: 'REFUSED',
    retryable: true,
    retryAfterSeconds: 300,
    advice:
      'Wait until approvers have decided about your other requests; the same clientRequestToken can be used again.',
  },
  /**
   * A vote or a withdrawal: there is no such approval, or its principal may not see or withdraw it.
   */
  APPROVAL_NOT_FOUND: {
    ...unrecorded,
    ...notRetryable,
    code: 'APPROVAL_NOT_FOUND',
    event: 'REFUSED',
    advice:
      'Check approvalId; list the approvals to see which ones you may view. An approval is kept for some days after its end, and only who asked can withdraw it.',
  },
  /**
   * A vote or a withdrawal: the approval has ended, has enough votes already, or its request is in
   * progress.
   */
  APPROVAL_NOT_PENDING: {
    ...unrecorded,
    ...notRetryable,
    code: 'APPROVAL_NOT_PENDING',
    event: 'REFUSED',
    advice: 'Read the approval again: its state says what became of it.',
  },
} as const satisfies Record<string, OutcomeRow>;
