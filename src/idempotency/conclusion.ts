import type { Association } from '../model/association.ts';
import type { JudgedExpiry } from '../model/audit.ts';
import { outcomes } from '../model/outcome.ts';
import type { Outcome, OutcomeName } from '../model/outcome.ts';
import type { RefusedOutcome } from '../model/refusal.ts';
import type { Refusal } from '../model/refusal.ts';

/** Outcomes that a lease holder can record. */
export type LeaseHolderOutcome = {
  [Name in OutcomeName]: (typeof outcomes)[Name]['recordState'] extends 'untouched' ? never : Name;
}[OutcomeName];

/**
 * What a lease holder concludes: the outcome, with the details for the answer and for the audit
 * trail.
 */
export interface Conclusion {
  readonly outcome: LeaseHolderOutcome;
  /** One sentence for the trail and, in a refusal, for the answer. */
  readonly message: string;
  /** Set exactly when the outcome is a success. */
  readonly association: Association | null;
  /** Set exactly when the outcome has a code. */
  readonly refusal: Refusal | null;
  /** ARN of the association that was created, changed, deleted or found. */
  readonly associationArn: string | null;
  readonly eksRequestId: string | null;
  /**
   * What the expiry was judged by that a create sets of the association which it adopts, or does
   * not adopt for it.
   */
  readonly expiry?: JudgedExpiry;
  /** Set if an association was adopted that may be a change around the gateway. */
  readonly late?: LateAdoption;
}

/** When the cluster of an adopted association was first scanned, which appeared later. */
export interface LateAdoption {
  /** Milliseconds since the epoch; null: it could not be read, so the association may be late. */
  readonly firstScanAt: number | null;
}

/** A conclusion that is a refusal. */
export type RefusedConclusion = Conclusion & {
  readonly outcome: RefusedOutcome;
  readonly refusal: Refusal;
};

/** The operation had no effect, and can't have one any more. */
export const notDone: Conclusion = {
  outcome: 'NOT_DONE',
  message: 'The operation had no effect at EKS, and can no longer take effect.',
  association: null,
  refusal: null,
  associationArn: null,
  eksRequestId: null,
};

/** An outcome's row, typed for the writes of a lease holder. */
export function outcomeOf(
  outcome: LeaseHolderOutcome,
): Outcome & { readonly recordState: Exclude<Outcome['recordState'], 'untouched'> } {
  return outcomes[outcome];
}
