import type { ApproveInput } from '../../generated/types.ts';
import { auditContextOf, recordEntry } from '../../ledger/audit-entry.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { LocksReader } from '../../ledger/ledger.ts';
import type { EntryAppender, OperationReader } from '../../ledger/trail.ts';
import type { Approval } from '../../model/approval.ts';
import type { ApprovalVote } from '../../model/approval-vote.ts';
import type { AuditContext, AuditEntry } from '../../model/audit.ts';
import { lockFor } from '../../model/lock.ts';
import type { Lock, LockMemory } from '../../model/lock.ts';
import { outcomes } from '../../model/outcome.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { Refusal, RefusedOutcome } from '../../model/refusal.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { commentFindings } from '../../validation/free-texts.ts';
import { describeInvalidInput } from '../../validation/invalid-input.ts';
import { quote } from '../../validation/text-rules.ts';
import { lockedRefusal, readAllLocks } from '../terms/locks.ts';
import type { VotePolicy } from './judge-votes.ts';
import { comparedGroupsOf, votePermission } from './may-approve.ts';
import { denialOf, invalidRefusal } from '../terms/refusals.ts';
import { vote } from './vote.ts';
import type { VotePorts } from './vote.ts';

/** A vote as it arrives. */
export interface VoteCall {
  readonly vote: ApprovalVote['vote'];
  readonly input: ApproveInput;
  readonly identity: RequestIdentity;
  /** When the answer must be sent. Milliseconds since the epoch. */
  readonly deadline: number;
  /**
   * Reads the approval with a public id; null if there is none, or if the principal may not see it.
   */
  readonly load: (publicId: string) => Promise<Approval | null>;
}

/** The result of a vote. */
export interface VoteAnswer {
  /** The approval after it; null if there is none that the principal may see. */
  readonly approval: Approval | null;
  /** Null exactly if the vote counts. */
  readonly refusal: Refusal | null;
  readonly auditEntry: AuditEntry;
}

/** What votes work with. */
export interface CastVotePorts extends VotePorts, VotePolicy {
  readonly ledger: LocksReader & OperationReader & EntryAppender;
  readonly lockMemory: LockMemory;
}

/**
 * Votes on an approval: validates the input, loads the approval, asks policy for each group that
 * has to approve, and counts the vote for those for which policy permits it. What the principal may
 * not see has the same answer, entry and calls as what does not exist. Throws `LedgerUnavailable`:
 * then the vote may have been counted, and can be sent again.
 */
export async function castVote(ports: CastVotePorts, call: VoteCall): Promise<VoteAnswer> {
  const { input, identity, load } = call;
  const findings = commentFindings(input.comment);
  const comment = findings.length === 0 ? (input.comment ?? null) : null;
  const audit: AuditContext = { ...auditContextOf(ports, 'APPROVE_REQUEST', identity), reason: comment };
  if (findings.length > 0) {
    const described = describeInvalidInput(input, findings);
    const context = { ...audit, ...described.recorded };
    return refuse(ports, context, null, { outcome: 'INVALID_INPUT', refusal: invalidRefusal(described) });
  }
  const reads = Promise.all([load(input.approvalId), readAllLocks(ports)]);
  const [approval, { locks, revision: locksRevision }] = await withDeadline(
    call.deadline - ports.clock(),
    reads,
    ledgerTimeout,
  );
  if (approval === null) return refuse(ports, audit, null, notFound(input.approvalId));
  const context = { identity, onBehalfOf: null, hasReason: comment !== null, now: ports.clock() };
  const { decision, ...permission } = votePermission(ports, context, approval);
  const known = { ...audit, target: approval.requested.target, decision };
  if (permission.policyIds.length === 0) return refuse(ports, known, approval, denialOf(decision));
  const lock = lockOf(locks, call, approval);
  if (lock) return refuse(ports, known, approval, { outcome: 'CHANGES_LOCKED', refusal: lockedRefusal(lock) });
  const comparedGroups = comparedGroupsOf(ports, context, approval);
  const judged = { ...permission, locksRevision, comparedGroups };
  const given = { identity, vote: call.vote, comment, ...judged, deadline: call.deadline };
  const voted = await vote(ports, approval, given);
  switch (voted.kind) {
    case 'counted':
    case 'repeated':
      return { approval: voted.approval, refusal: null, auditEntry: voted.entry };
    case 'not-pending':
      return refuse(ports, known, voted.approval, notNeeded(voted.approval));
    case 'gone':
      return refuse(ports, audit, null, notFound(input.approvalId));
  }
}

/**
 * The lock that stops a vote. A lock stops approvals as it stops changes. Of rejections, it stops
 * only those of a locked principal: while changes are locked, approvers can still say no.
 */
function lockOf(locks: readonly Lock[], { vote: kind, identity }: VoteCall, { requested }: Approval): Lock | null {
  const { principal, actor } = identity;
  const principalIds = [principal.id, ...(actor ? [actor.id] : [])];
  const stopping = kind === 'APPROVE' ? locks : locks.filter(({ scope }) => scope.kind === 'PRINCIPAL');
  return lockFor(stopping, { cluster: requested.target, principalIds });
}

function notFound(publicId: string) {
  return voteRefused('APPROVAL_NOT_FOUND', `No approval ${quote(publicId)} exists, or you may not see it.`);
}

function notNeeded({ state }: Approval) {
  const isPending = state === 'PENDING';
  const message = isPending
    ? 'Others have given all approvals that yours would count for.'
    : `The approval is ${state}.`;
  return voteRefused('APPROVAL_NOT_PENDING', message);
}

function voteRefused(outcome: 'APPROVAL_NOT_FOUND' | 'APPROVAL_NOT_PENDING', message: string) {
  return { outcome, refusal: { ...refusalFields(outcome, message), kind: 'VoteRefused' } } as const;
}

/**
 * Records a vote that is not counted, as an entry of its own. It is brief unless an approval is
 * known: so any caller costs the same.
 */
async function refuse(
  trail: TrailWriter,
  audit: AuditContext,
  approval: Approval | null,
  { outcome, refusal }: { readonly outcome: RefusedOutcome; readonly refusal: Refusal },
): Promise<VoteAnswer> {
  const auditEntry = await recordEntry(trail, audit, {
    operationId: trail.ulid(trail.clock()),
    event: outcomes[outcome].event,
    refusalCode: refusal.code,
    message: refusal.message,
    isBrief: approval === null,
  });
  return { approval, refusal, auditEntry };
}
