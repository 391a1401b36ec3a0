import type { Approval } from '../model/approval.ts';
import type { ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { ApprovalVersion } from './approval-version.ts';
import type { Expectation, IdempotencyRecord, Locks } from './ledger.ts';

/**
 * Which approvals are listed: those of a cluster or one of its namespaces, or of all clusters those
 * that are pending or approved.
 */
export type ApprovalPartition =
  | ({ readonly kind: 'cluster'; readonly namespace: string | null } & ClusterRef)
  /** Those of all clusters whose end is not recorded. */
  | { readonly kind: 'gateway'; readonly state: 'PENDING' | 'APPROVED' };

/** A page of approvals. */
export interface ApprovalPage {
  /**
   * Newest first within a cluster; those of all clusters by key, also those whose time is over and
   * was not recorded yet.
   */
  readonly approvals: readonly Approval[];
  /** `after` of the next page; null if there are no more. The page after it can be empty. */
  readonly next: string | null;
}

/** The token's record and the approval of a request, each null if absent. */
export interface RecordAndApproval {
  readonly record: IdempotencyRecord | null;
  readonly approval: Approval | null;
}

/** The same with the locks, which stop a request before anyone is asked about it. */
interface HeldState extends RecordAndApproval {
  readonly locks: Locks;
}

/** How many pending approvals there may be at most. */
export interface PendingLimits {
  /** Of the principal. */
  readonly ofPrincipal: number;
  /** Of the principal for the person in `onBehalfOf`; null: these are not counted. */
  readonly ofPerson: number | null;
}

/**
 * The withdrawal of an approval, with the final answer of its token: an approval that takes its
 * place later must not be used by that token.
 */
export interface Withdrawal {
  readonly next: Approval;
  /** The record with the refusal; null: the token has a final answer, or is of another request. */
  readonly token: { readonly expected: Expectation; readonly record: IdempotencyRecord } | null;
  /** The entry of the withdrawal, and that of the refusal. */
  readonly entries: readonly AuditEntry[];
  /** How many the principal may withdraw within a day. */
  readonly maxADay: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What became of a write of an approval. Unless `written`, nothing was written. */
type ApprovalWrite = 'written' | 'conflict' | 'limit-reached' | 'person-limit-reached';

/**
 * The approvals in the ledger. An approval is consumed by the commit of the claim that uses it.
 * Every method throws `LedgerUnavailable` and `UnsupportedFormat` as the methods of the ledger do.
 */
export interface ApprovalStore {
  /**
   * The record of a token, the approval of a request and the locks, in one strongly consistent read
   * of all as they were at one time: otherwise an approval could look used by another request, although the
   * record that used it was written before.
   */
  getRecordAndApproval(idempotencyKey: string, approvalKey: string): Promise<HeldState>;

  /**
   * The approval with this key; null if there is none. Its id tells whether another took the place
   * of the one that is sought. Strongly consistent.
   */
  getApproval(key: string): Promise<Approval | null>;

  /**
   * Writes the next version of an approval, or another in its place, with its entry, in one
   * transaction, if the stored one is `expected` (null: none is stored). `limits` are for one that
   * is asked for; null: it was asked for before, and is counted without a limit. A limit is reached
   * by as many pending ones, without those that can no longer be decided when `next` was asked for.
   * To write the same again is `written`, see `Ledger.commit`.
   */
  putApproval(
    expected: (ApprovalVersion & Pick<Approval, 'state'>) | null,
    next: Approval,
    entry: AuditEntry,
    limits: PendingLimits | null,
  ): Promise<ApprovalWrite>;

  /**
   * Whether an approval that would be asked for is beyond a limit, as {@link putApproval} judges it;
   * null: not now.
   */
  limitReached(next: Approval, limits: PendingLimits): Promise<'limit-reached' | 'person-limit-reached' | null>;

  /**
   * Withdraws an approval in one transaction, if the stored version is `expected`: the condition
   * that its use has too, so that only one of them is written. To write the same again is
   * `written`.
   */
  withdrawApproval(
    expected: ApprovalVersion,
    withdrawal: Withdrawal,
  ): Promise<'written' | 'conflict' | 'limit-reached'>;

  /**
   * The approvals with these keys, in their order, null where there is none: up to 100, in one
   * read. Eventually consistent.
   */
  getApprovals(keys: readonly string[]): Promise<readonly (Approval | null)[]>;

  /**
   * The approvals of a principal that are pending or approved, also those whose time is over and
   * was not recorded yet, newest first; at most {@link maxOwnApprovals}. Eventually consistent.
   */
  openApprovalsOf(principalId: string): Promise<readonly Approval[]>;

  /**
   * A page of at most `limit` approvals; of a namespace, it examines at most 200. Eventually
   * consistent. `after` is `next` of the previous page; null: the first. Throws an Error if it is
   * not a position.
   */
  listApprovals(partition: ApprovalPartition, limit: number, after: string | null): Promise<ApprovalPage>;
}

/** How many approvals of a principal are read at most. */
export const maxOwnApprovals = 300;

/** How many approvals of a cluster a page of a namespace examines. */
export const maxExaminedApprovals = 200;
