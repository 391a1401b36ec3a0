import type { StateMismatch } from '../ledger/state-store.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { Lock } from '../model/lock.ts';
import type { ReadApproval } from './approval-use.ts';
import type { Conclusion, RefusedConclusion } from './conclusion.ts';
import type { NewOperation } from './record.ts';

/** A request that claims its token. */
export interface ClaimRequest extends NewOperation {
  readonly audit: AuditContext;
  /**
   * What is known without an effect, a refusal or the success of an operation that has none: it is
   * recorded as the token's final answer instead of an INTENT. An operation of the token that is in
   * progress or finished is taken over or answered all the same. Null: an operation with an effect
   * may begin.
   */
  readonly conclusion: Conclusion | null;
  /**
   * What follows if the state of the service account is not the one that the request demands: a
   * refusal; or null, while that is not certain, as another operation is in progress.
   */
  readonly refusalOfMismatch: (mismatch: StateMismatch) => RefusedConclusion | null;
  /**
   * The lock that stops the change: then no operation begins, but an earlier one is answered or
   * observed. Null: no lock. An unused token is claimed while the locks are read: the lease holder
   * waits for them before the effect.
   */
  readonly lock: Promise<Lock | null>;
  /** Whether to wait for the locks before anything is written. */
  readonly expectsLock: boolean;
  /** Until when the ledger must have answered. Milliseconds since the epoch. */
  readonly deadline: number;
  /**
   * What a request that needs an approval read; null: it needs none. A refusal in place of an
   * INTENT uses none either.
   */
  readonly approval: ReadApproval | null;
}

/** The right to work on an operation: its record, and the entry that was written with it. */
export interface Lease {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** What a claim led to. */
export type ClaimResult =
  /** The operation is this request's; its INTENT is recorded. */
  | { readonly kind: 'claimed'; readonly lease: Lease }
  /** The expired lease of an earlier request is this one's: its effect must be observed first. */
  | { readonly kind: 'taken-over'; readonly lease: Lease }
  /** There is no effect to wait for: the conclusion of the request is recorded. */
  | { readonly kind: 'concluded'; readonly lease: Lease; readonly conclusion: Conclusion }
  /** A lock keeps the operation from beginning. Nothing was written. */
  | { readonly kind: 'locked'; readonly lock: Lock }
  /**
   * Another operation on the service account is in progress, and the request demands a state.
   * Nothing was written.
   */
  | { readonly kind: 'state-uncertain' }
  /** The request needs an approval, and has none that can be used now. Nothing was written. */
  | { readonly kind: 'approval-unusable' }
  /** The operation is finished, and its result recorded. */
  | { readonly kind: 'finished'; readonly record: IdempotencyRecord }
  /** Another request holds the lease. */
  | { readonly kind: 'contended'; readonly record: IdempotencyRecord }
  /** The token belongs to a different request. */
  | { readonly kind: 'token-reused'; readonly record: IdempotencyRecord };
