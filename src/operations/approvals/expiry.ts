import type { Times } from '../../idempotency/times.ts';
import { expiryOf } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import { recordExpiry } from './approval-writes.ts';
import { expireService } from '../terms/expiry-principal.ts';
import type { ApprovalWriter } from './approval-writes.ts';

/** What the ends of approvals are recorded with. */
export interface ApprovalExpiryPorts extends ApprovalWriter {
  readonly times: Times;
}

/** How many approvals one read has: as many as one batch of DynamoDB. */
const pageSize = 100;

/**
 * With as many that are over, a run reads no further: they leave the list once their end is
 * recorded, and the next run goes on.
 */
const maxDue = 500;

/**
 * Records the end of approvals that were not given or not used in time, where no request or vote
 * has done so: of those that it read, first the one that is over the longest. Never before the end,
 * as clocks may show it. Two runs at a time are safe: an end is written over the version that was
 * read. None is begun after `deadline`, in milliseconds since the epoch; `runId` names the run in
 * the trail. Throws `LedgerUnavailable`.
 */
export async function expireApprovals(ports: ApprovalExpiryPorts, runId: string, deadline: number): Promise<void> {
  const isInTime = () => ports.clock() < deadline;
  const latest = ports.clock() - ports.times.clockErrorMs;
  const due: Approval[] = [];
  for (const state of ['PENDING', 'APPROVED'] as const) {
    for (let after: string | null | undefined; after !== null && due.length < maxDue && isInTime();) {
      const page = await ports.approvals.listApprovals({ kind: 'gateway', state }, pageSize, after ?? null);
      due.push(...page.approvals.filter((approval) => expiryOf(approval) < latest));
      after = page.next;
    }
  }
  // One after the other: there are seldom more than a few.
  for (const approval of due.sort((one, other) => expiryOf(one) - expiryOf(other))) {
    if (!isInTime()) return;
    await recordExpiry(ports, approval, contextOf(approval, runId));
  }
}

/**
 * What the entry says: the principal is the one who asked, the actor is the gateway. `runId` names
 * the run.
 */
function contextOf({ requested }: Approval, runId: string): AuditContext {
  return {
    ...requested,
    actor: expireService,
    sourceAddress: null,
    userAgent: expireService.id,
    apiRequestId: runId,
    decision: null,
    invalidInput: null,
    findings: [],
  };
}
