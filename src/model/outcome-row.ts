import type { AuditEvent } from './audit-event.ts';

/** Status of a request; all that a client has to branch on. */
export type RequestStatus = 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';

/** What follows from one outcome of a mutation. */
export interface OutcomeRow {
  readonly status: RequestStatus;
  /** The refusal code; null where the outcome is not a refusal. */
  readonly code: string | null;
  readonly event: AuditEvent;
  /**
   * The state that the idempotency record gets; `untouched` where this request does not hold its
   * lease.
   */
  readonly recordState: 'SUCCEEDED' | 'REFUSED' | 'RELEASED' | 'IN_PROGRESS' | 'untouched';
  /** True when the unchanged request can succeed later. */
  readonly retryable: boolean;
  /**
   * Seconds to wait before a refused request is sent again: set where it is retryable. Null while
   * in progress: the lease says it.
   */
  readonly retryAfterSeconds: number | null;
  /** What to do; null where nothing needs to be done. An answer may carry more exact advice. */
  readonly advice: string | null;
}

/** The change is done. */
export const success = {
  status: 'SUCCEEDED',
  code: null,
  event: 'SUCCEEDED',
  recordState: 'SUCCEEDED',
  retryable: false,
  retryAfterSeconds: null,
  advice: null,
} as const;

/** What became of the change is not known yet. */
export const inProgress = {
  status: 'IN_PROGRESS',
  code: null,
  retryable: true,
  retryAfterSeconds: null,
  advice: 'Send the same request with the same clientRequestToken again after retryAfterSeconds.',
} as const;

/** The unchanged request can't succeed later. */
export const notRetryable = { retryable: false, retryAfterSeconds: null } as const;

/**
 * The refusal is the token's one final answer: the change was not made and will not be, except
 * where the outcome says otherwise.
 */
export const final = { status: 'REFUSED', event: 'REFUSED', recordState: 'REFUSED', ...notRetryable } as const;

/** The change was not made, and the token can be used again. */
export const released = { status: 'REFUSED', event: 'RELEASED', recordState: 'RELEASED', retryable: true } as const;

/** Nothing was begun: the token is unused, or belongs to another request. */
export const unrecorded = { status: 'REFUSED', recordState: 'untouched' } as const;
