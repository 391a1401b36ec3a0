import type { Association } from '../model/association.ts';
import type { OperationKind } from '../model/operation.ts';
import type { Refusal } from '../model/refusal.ts';

/**
 * State of a record: `IN_PROGRESS` until the operation completes; `RELEASED` when it certainly had
 * no effect and can be retried with the same token; `SUCCEEDED` and `REFUSED` are final.
 */
export type RecordState = 'IN_PROGRESS' | 'SUCCEEDED' | 'REFUSED' | 'RELEASED';

/**
 * The result of a completed operation, kept for replays. Exactly one of `association` and `refusal`
 * is set.
 */
export interface RecordedResult {
  readonly association: Association | null;
  readonly refusal: Refusal | null;
  /** Set if the association was adopted. */
  readonly isAdopted?: true;
  /**
   * Of a change of tags: from when on every read shows what it left, in milliseconds since the
   * epoch. Absent for other operations.
   */
  readonly shownFrom?: number;
  /** When the operation completed: RFC 3339, UTC. */
  readonly completedAt: string;
}

/** What the reconciler found out about an operation that it could not complete yet. */
export interface Deferral {
  /** How often it has examined the operation since the last lease. */
  readonly attempts: number;
  /** When it examines the operation again. Milliseconds since the epoch. */
  readonly nextAt: number;
  /**
   * Why it can't be examined until operators act: the inventory lacks its cluster, or its INTENT
   * can't be read. Null if EKS may answer next time.
   */
  readonly parked: 'CLUSTER_NOT_SERVED' | 'INTENT_UNREADABLE' | null;
  /** One sentence for people: why the outcome is not known yet. */
  readonly message: string;
}

/**
 * The state of one client request token. Plain JSON; numeric times are milliseconds since the
 * epoch.
 */
export interface IdempotencyRecord {
  /**
   * Key of the record: SHA-256, in lower-case hex, of the principal, the operation and the client
   * request token.
   */
  readonly idempotencyKey: string;
  readonly operation: OperationKind;
  /** The current or last operation of the record. */
  readonly operationId: string;
  /**
   * Fencing token: increases by one with every lease. Only the lease holder with the current fence
   * can write.
   */
  readonly fence: number;
  readonly state: RecordState;
  /** SHA-256, in lower-case hex, of the canonical request. */
  readonly fingerprint: string;
  /** Start of the operation (`t0`), and the signing date of its requests to EKS. */
  readonly startedAt: number;
  /**
   * End of the lease. From then on, another request or the reconciler can take the operation over.
   */
  readonly leaseUntil: number;
  /** When the operation stops being in doubt: from then on, it can no longer take effect in EKS. */
  readonly inDoubtUntil: number;
  /** `modifiedAt` of the association when the operation started; null for a create. */
  readonly modifiedAtBefore: string | null;
  /** From when on the record can be deleted; null exactly while IN_PROGRESS. */
  readonly retainUntil: number | null;
  /** Earlier operations of this record that were released without proof that they had no effect. */
  readonly inDoubtOperationIds: readonly string[];
  /**
   * Set if the token is derived from a desired state and what was read: a definite refusal then ends
   * as RELEASED. Absent for tokens of clients.
   */
  readonly isDerived?: true;
  /** Set exactly when SUCCEEDED or REFUSED. */
  readonly result: RecordedResult | null;
  /**
   * Set while IN_PROGRESS, once the reconciler has examined the operation without a result. Older
   * records never have it.
   */
  readonly deferral?: Deferral;
}
