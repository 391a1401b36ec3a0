import { publicApprovalId } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import { applyApproval } from '../../policy/policies/approvals.ts';
import { isAllowed } from '../terms/decisions.ts';

/**
 * The audit context of a request whose approvals were given. Without the approval, if its votes are
 * not enough for what policy asks.
 */
export function approvedBy(audit: AuditContext, approval: Approval | null) {
  if (approval === null) return { audit, approval };
  const used = { approvalId: publicApprovalId(approval), votes: approval.votes };
  const { decision, deleteDecision } = audit;
  const approved = {
    ...audit,
    decision: decision && applyApproval(decision, used),
    ...(deleteDecision ? { deleteDecision: applyApproval(deleteDecision, used) } : {}),
  };
  return isAllowed(approved) ? { audit: approved, approval } : { audit, approval: null };
}
