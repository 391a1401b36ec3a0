import { makeEntry } from '../../ledger/audit-entry.ts';
import type { Stamps } from '../../ledger/audit-entry.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import { count } from '../../runtime/meter.ts';
import { expiryOf } from './refusals.ts';

/** The approvals, and what the entries of their writes are stamped with. */
export interface ApprovalWriter extends Stamps {
  readonly approvals: ApprovalStore;
}

/**
 * Records that the time of an approval is over, which happens before anything follows from it.
 * `conflict`: another process wrote it first. Throws `LedgerUnavailable`.
 */
export async function recordExpiry(
  writer: ApprovalWriter,
  approval: Approval,
  audit: AuditContext,
): Promise<Approval | null> {
  const { id, key } = approval;
  const next: Approval = { ...approval, revision: approval.revision + 1, state: 'EXPIRED' };
  const message = expiryOf(approval);
  const details = {
    operationId: id,
    event: 'APPROVAL_EXPIRED',
    fence: next.revision,
    message,
    approvalKey: key,
  } as const;
  const result = await writer.approvals.putApproval(approval, next, makeEntry(writer, audit, details), null);
  if (result === 'written') count('approvalsExpired');
  return result === 'written' ? next : null;
}
