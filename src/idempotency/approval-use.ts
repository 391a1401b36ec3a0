import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { ApprovalUse } from '../ledger/approval-version.ts';
import type { RecordAndApproval } from '../ledger/approvals.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { Approval } from '../model/approval.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import { hasTrait } from '../model/operation.ts';

/**
 * What a request that needs an approval read before its claim: the record of its token, and the
 * approval if it fits the request. Without one that can be used, the request is answered from its
 * record, and an operation of its token is observed, but none begins.
 */
export type ReadApproval = RecordAndApproval;

/** What a commit writes because its operation begins by an approval. */
export interface UsedByCommit {
  readonly use: ApprovalUse;
  readonly entry: AuditEntry;
}

/**
 * Whether it is certain that a released operation had no effect: EKS answered so, nothing was sent,
 * or `modifiedAt` of its association did not change. That a create which was in doubt is not
 * visible does not prove it.
 */
function isReleaseProven(record: IdempotencyRecord): boolean {
  if (record.state !== 'RELEASED') return false;
  return !hasTrait('creates', record) || !record.inDoubtOperationIds.includes(record.operationId);
}

/**
 * Whether an operation may begin by an approval that fits its request: it is APPROVED, or the
 * operation before it of the token used it and certainly had no effect. `before` is the record that
 * the operation follows; null: none, or an expired one. `now` is in milliseconds since the epoch.
 */
export function canBeUsed(
  { state, useUntil, usedBy }: Approval,
  before: IdempotencyRecord | null,
  now: number,
): boolean {
  if (useUntil === null || now >= useUntil) return false;
  if (state === 'APPROVED') return true;
  return state === 'USED' && before !== null && usedBy === before.operationId && isReleaseProven(before);
}

/** The use of an approval by an operation that begins; null if it can't be used. */
export function useApproval(
  stamps: Stamps,
  audit: AuditContext,
  { approval }: ReadApproval,
  operationId: string,
  before: IdempotencyRecord | null,
): UsedByCommit | null {
  if (approval === null || !canBeUsed(approval, before, stamps.clock())) return null;
  const { id, revision } = approval;
  const next: Approval = { ...approval, revision: revision + 1, state: 'USED', usedBy: operationId };
  const entry = makeEntry(stamps, audit, {
    operationId: id,
    event: 'APPROVAL_USED',
    fence: next.revision,
    message: `The operation ${operationId} used the approval.`,
    approval: next,
  });
  return { use: { expected: { id, revision }, next }, entry };
}
