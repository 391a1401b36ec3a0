import { approvalKeyOf, fingerprintOf } from '../../idempotency/record.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import { expiryOf } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { ApprovalNeed } from '../../model/approval-vote.ts';
import type { AuditContext } from '../../model/audit.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { locksFor } from '../terms/locks.ts';
import type { LockSource } from '../terms/locks.ts';
import { afterVoid } from './approval-writes.ts';
import { approvedBy } from './approved-by.ts';
import { bindingOf, changesBetween } from './binding.ts';
import { uncountedVotes } from './judge-votes.ts';
import type { VotePolicy } from './judge-votes.ts';

/** What the approval of a dry run is read and judged with. */
export interface ForeseePorts extends VotePolicy, LockSource {
  /** Null in a function that answers no requests. */
  readonly approvals: Pick<ApprovalStore, 'getApproval'> | null;
}

/** What a request that needs approvals would find. */
export type ForeseenApproval =
  /** It would begin by an approval: with these decisions, and this audit context. */
  | { readonly kind: 'given'; readonly audit: AuditContext }
  /** It would wait for this one. */
  | { readonly kind: 'pending'; readonly approval: Approval }
  /** It would ask for one. `changes` is why an earlier one does not fit. */
  | { readonly kind: 'none'; readonly changes: readonly string[] };

/**
 * The approval that the change of a dry run would find, whatever its token: read, and neither used
 * nor expired. What only the token decides counts as none. Throws `LedgerUnavailable`.
 */
export async function foreseeApproval(
  ports: ForeseePorts,
  mutation: AdmittedMutation,
  needs: readonly ApprovalNeed[],
): Promise<ForeseenApproval> {
  const { audit, operation, request, authorization } = mutation;
  const { decision } = audit;
  const none = { kind: 'none', changes: [] } as const;
  if (ports.approvals === null || decision === null) return none;
  const { identity, onBehalfOf } = authorization;
  const key = approvalKeyOf({ identity, onBehalfOf, operation, fingerprint: fingerprintOf(request) });
  const reading = ports.approvals.getApproval(key);
  const approval = await withDeadline(effectDeadline(mutation) - ports.clock(), reading, ledgerTimeout);
  const isOpen = approval?.state === 'PENDING' || approval?.state === 'APPROVED';
  if (!isOpen || ports.clock() >= expiryOf(approval)) return none;
  const changes = changesBetween(approval.binding, bindingOf(needs, decision, audit));
  if (changes.length > 0) return { kind: 'none', changes };
  if (approval.state === 'PENDING') return { kind: 'pending', approval };
  const uncounted = uncountedVotes(ports, approval, identity, await locksFor(ports, mutation));
  if (uncounted.length > 0) {
    const next = afterVoid(approval, uncounted, ports.clock());
    if (next.state === 'PENDING') return { kind: 'pending', approval: next };
    if (next.state === 'EXPIRED') return none;
    return givenBy(audit, next);
  }
  return givenBy(audit, approval);
}

function givenBy(audit: AuditContext, approval: Approval): ForeseenApproval {
  const approved = approvedBy(audit, approval);
  return approved.approval === null ? { kind: 'none', changes: [] } : { kind: 'given', audit: approved.audit };
}
