import type { Approval } from '../model/approval.ts';
import type { ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { IdempotencyRecord } from './ledger.ts';

/** A version of a stored approval. */
export type ApprovalVersion = Pick<Approval, 'id' | 'revision'>;

/** Which approvals are listed: those of a cluster or one of its namespaces, or the pending ones of all clusters. */
export type ApprovalPartition =
  | ({ readonly kind: 'cluster'; readonly namespace: string | null } & ClusterRef)
  /** Those that may still be approved. */
  | { readonly kind: 'pending' };

/** A page of approvals. */
export interface ApprovalPage {
  /** Newest first within a cluster; the pending ones by the time until which they can be decided. */
  readonly approvals: readonly Approval[];
  /** `after` of the next page; null if there are no more. */
  readonly next: string | null;
}

/**
 * The approvals in the ledger. An approval is consumed by the commit of the claim that uses it. Every method throws `LedgerUnavailable` and
 * `UnsupportedFormat` as the methods of the ledger do.
 */
export interface ApprovalStore {
  /** The record of a token and the approval of a request, in one strongly consistent read; each null if absent. */
  getRecordAndApproval(
    idempotencyKey: string,
    approvalKey: string,
  ): Promise<{ readonly record: IdempotencyRecord | null; readonly approval: Approval | null }>;

  /** The approval with this key; null if there is none. Its id tells whether another took the place of the one that is sought. Strongly consistent. */
  getApproval(key: string): Promise<Approval | null>;

  /**
   * Writes the next version of an approval, or another in its place, with its entry, in one transaction, if the stored one is `expected` (null:
   * none is stored). `limit-reached`: it would be one more than `maxPending` pending ones of the principal. Unless `written`, nothing was written.
   */
  putApproval(
    expected: ApprovalVersion | null,
    next: Approval,
    entry: AuditEntry,
    maxPending: number,
  ): Promise<'written' | 'conflict' | 'limit-reached'>;

  /** A page of at most `limit` approvals. Eventually consistent. `after` is `next` of the previous page; null: the first. */
  listApprovals(partition: ApprovalPartition, limit: number, after: string | null): Promise<ApprovalPage>;
}
