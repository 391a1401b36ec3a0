import type { RejectedOutcome } from '../../../src/eks/eks.ts';
import type { Association } from '../../../src/model/association.ts';
import type { ChangeKind } from '../facts.ts';

/** A fault of one change request. */
export type ChangeFault =
  /** EKS applies the change, and the response is lost. */
  | { readonly kind: 'lost' }
  /** The sender gets no response; the request reaches EKS after `onWayMs` and takes effect `takesMs` later. */
  | { readonly kind: 'later'; readonly onWayMs: number; readonly takesMs: number }
  /** As `later`, but past every allowance: fewer guarantees apply. */
  | { readonly kind: 'too-late' }
  /** The request never reaches EKS, and the sender can't know. */
  | { readonly kind: 'cut' }
  /** A server error without an effect. */
  | { readonly kind: 'server-error' }
  /** A response or network error that proves that nothing was done. */
  | { readonly kind: 'rejected'; readonly outcome: RejectedOutcome };

/** A change that EKS applied. */
export interface Applied {
  readonly kind: ChangeKind;
  /** Null for a change outside the gateway. */
  readonly operationId: string | null;
  /** The association after the change; for a delete, before it. */
  readonly association: Association;
  /** The association's `modifiedAt` after the change; for a delete, its time. Milliseconds since the epoch, by the clock of EKS. */
  readonly modifiedAt: number;
  readonly isTooLate: boolean;
}

/** How far each clock is ahead of the true time, in milliseconds. */
export interface Skews {
  readonly gateway: number;
  /** Of every second process of the gateway. */
  readonly secondGateway: number;
  readonly eks: number;
  readonly scanner: number;
  readonly approver: number;
  readonly expireRun: number;
}

/** Behaviour of EKS in a scenario. */
export interface EksBehaviour {
  /** How far the clocks are ahead of the true time when the scenario begins. */
  readonly skewMs: Skews;
  /** How long reads show the state before a change. */
  readonly lagMs: number;
  /** Which reads lag, again and again in this order, so that a later read can show less than an earlier one. At least one. */
  readonly lagging: readonly boolean[];
}

/** The sender of a request: the fault that its next change meets, whether its reads fail, and whether the account lacks its role. */
export interface Sender {
  readonly takeFault: () => ChangeFault | null;
  readonly cannotRead: () => boolean;
  readonly isRoleMissing: () => boolean;
  /** Called for each change request before it takes effect. */
  readonly onSent: (kind: ChangeKind, operationId: string, associationId: string | null) => void;
}
