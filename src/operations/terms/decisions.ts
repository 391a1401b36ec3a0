import type { ApprovalNeed } from '../../model/approval-vote.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';

// A request has a decision about itself and, if it sets an earlier expiry of an association, one
// about the delete that this is.

/** The decisions about a request. */
type Decisions = Pick<AuditContext, 'decision' | 'deleteDecision'>;

/** Whether policy allows a request, with the delete that its expiry is. */
export function isAllowed({ decision, deleteDecision }: Decisions): boolean {
  return decision?.allowed === true && deleteDecision?.allowed !== false;
}

/**
 * Whether policy denies a request. One that lacks only approvals is not denied: the next step looks
 * for them.
 */
export function isDenied({ allowed, needs }: Decision): boolean {
  return !allowed && !needs?.length;
}

/**
 * The approvals that a request and the delete that its expiry is need and don't have; empty if
 * policy asks for none.
 */
export function missingNeeds({ decision, deleteDecision }: Decisions): readonly ApprovalNeed[] {
  const ofDelete = needsOf(deleteDecision).map((need): ApprovalNeed => {
    return { ...need, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' };
  });
  return [...needsOf(decision), ...ofDelete];
}

function needsOf(decision: Decision | null | undefined): readonly ApprovalNeed[] {
  return decision && !decision.allowed ? (decision.needs ?? []) : [];
}
