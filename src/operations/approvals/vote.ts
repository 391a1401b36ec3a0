import { auditContextOf, findEntry, makeEntry } from '../../ledger/audit-entry.ts';
import { maxApprovalBytes } from '../../ledger/stored/approval-text.ts';
import { LedgerUnavailable, ledgerTimeout } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import type { Approval } from '../../model/approval.ts';
import type { ApprovalVote } from '../../model/approval-vote.ts';
import type { AuditContext, AuditEntry } from '../../model/audit.ts';
import type { RecordPrincipal, RequestIdentity } from '../../model/principal.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { count } from '../../runtime/meter.ts';
import type { ApprovalWriter } from './approval-writes.ts';
import { approversOf, missingOf } from './refusals.ts';
import { withRejection } from './rejections.ts';
import { recordExpiry } from './approval-writes.ts';
import type { ApprovalLimits } from '../terms/dependencies.ts';

/** What votes are counted with. */
export interface VotePorts extends ApprovalWriter {
  readonly ledger: OperationReader;
  readonly recordPrincipal: RecordPrincipal;
  readonly approvalLimits: ApprovalLimits;
}

/** A vote, once policy permits it. */
export interface Vote {
  readonly identity: RequestIdentity;
  readonly vote: ApprovalVote['vote'];
  /** The needs for which policy permits it: ids of policies, at least one. */
  readonly policyIds: readonly string[];
  readonly comment: string | null;
  readonly isOwnRequest: boolean;
  /** The revision of the locks, none of which stops it. */
  readonly locksRevision: number;
  /** The groups by which policy can judge it. */
  readonly comparedGroups: readonly string[];
  /** When the answer must be sent. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** What became of a vote. */
export type VoteResult =
  /** It is recorded with `entry`; `repeated`: by an earlier request of the person. */
  | { readonly kind: 'counted' | 'repeated'; readonly approval: Approval; readonly entry: AuditEntry }
  /** The approval has ended, which is recorded, or it lacks no vote of this person. */
  | { readonly kind: 'not-pending'; readonly approval: Approval }
  /** Another approval took its place, or it is no longer kept. */
  | { readonly kind: 'gone' };

/** Each round finds an approval that was written since the round before. */
const maxRounds = 5;

/**
 * Counts the vote of a person on an approval, over the version that was read, and before it can no
 * longer be decided by the own clock. A person has one vote, which counts once for each need; to
 * vote again in the same way changes nothing. Throws `LedgerUnavailable`.
 */
export async function vote(ports: VotePorts, read: Approval, given: Vote): Promise<VoteResult> {
  let approval: Approval | null = read;
  for (let round = 1; round <= maxRounds; round += 1) {
    if (approval?.id !== read.id) return { kind: 'gone' };
    const result = await voteOn(ports, approval, given);
    if (result) return result;
    approval = await inTime(ports.clock, given, ports.approvals.getApproval(read.key));
  }
  throw new LedgerUnavailable(new Error('The approval changed whenever it was read.'));
}

/** Null: it was written by another process since it was read. */
async function voteOn(ports: VotePorts, approval: Approval, given: Vote): Promise<VoteResult | null> {
  const { approvals } = ports;
  const next = nextOf(ports, approval, given);
  if (next === 'repeated') {
    return {
      kind: 'repeated',
      approval,
      entry: await inTime(ports.clock, given, earlierEntry(ports.ledger, approval, given)),
    };
  }
  const audit = voteContext(ports, approval, given);
  if (approval.state === 'PENDING' && ports.clock() >= approval.decideUntil) {
    const expired = await inTime(ports.clock, given, recordExpiry(ports, approval, audit));
    return expired && { kind: 'not-pending', approval: expired };
  }
  if (next === null) return { kind: 'not-pending', approval };
  const entry = makeEntry(ports, audit, {
    operationId: approval.id,
    event: eventOf(given),
    fence: next.revision,
    message: messageOf(next, given),
    approval: next,
    isOwnRequest: given.isOwnRequest && given.vote === 'APPROVE',
  });
  const writing = approvals.putApproval(approval, next, entry, null);
  if ((await inTime(ports.clock, given, writing)) !== 'written') return null;
  if (next.state !== 'PENDING') count(next.state === 'APPROVED' ? 'approvalsGiven' : 'approvalsRejected');
  return { kind: 'counted', approval: next, entry };
}

/**
 * The approval after a vote; `repeated`: it has this vote already; null: the vote is not needed, or
 * too late.
 */
function nextOf(ports: VotePorts, approval: Approval, given: Vote): Approval | 'repeated' | null {
  const { id } = given.identity.principal;
  const earlier = approval.votes.find(({ principal }) => principal.id === id);
  const policyIds = votedNeeds(approval, given);
  const isSame = earlier?.vote === given.vote && policyIds.every((one) => earlier.policyIds.includes(one));
  if (isSame) return 'repeated';
  if (approval.state !== 'PENDING') return null;
  const isNeeded = approval.binding.needs.some(
    (need) => policyIds.includes(need.policyId) && missingOf(need, approval),
  );
  if (given.vote === 'APPROVE' && !isNeeded) return null;
  const kept = earlier?.vote === 'APPROVE' && given.vote === 'APPROVE' ? earlier.policyIds : [];
  const now = ports.clock();
  const principal = ports.recordPrincipal(given.identity.principal);
  const actor = given.identity.actor && ports.recordPrincipal(given.identity.actor);
  const isComplete = principal.otherGroups === null && (actor?.otherGroups ?? null) === null;
  const own: ApprovalVote = {
    principal,
    actor,
    vote: given.vote,
    policyIds: [...new Set([...kept, ...policyIds])].sort(),
    comment: given.comment,
    isOwnRequest: given.isOwnRequest,
    time: new Date(now).toISOString(),
    sourceAddress: given.identity.sourceAddress,
    locksRevision: given.locksRevision,
    ...(isComplete ? {} : { comparedGroups: given.comparedGroups }),
  };
  const votes = [...approval.votes.filter((one) => one !== earlier), own];
  const voted = { ...approval, revision: approval.revision + 1, votes };
  const next = afterVote(voted, given, now, ports.approvalLimits.useMs);
  return Buffer.byteLength(JSON.stringify(next)) > maxApprovalBytes - roomForUse ? null : next;
}

/** What the later states of an approval add to it, in bytes. */
const roomForUse = 1_024;

function afterVote(voted: Approval, given: Vote, now: number, useMs: number): Approval {
  if (given.vote === 'REJECT') return { ...voted, state: 'REJECTED', rejectedAt: withRejection(voted, now) };
  const isComplete = voted.binding.needs.every((need) => approversOf(voted, need.policyId).length >= need.count);
  return isComplete ? { ...voted, state: 'APPROVED', useUntil: now + useMs } : voted;
}

/**
 * The needs that a vote counts for. Throws an Error, which means a bug, if there are none: policy
 * did not permit it then.
 */
function votedNeeds({ id, binding }: Approval, { policyIds }: Vote): readonly string[] {
  const voted = binding.needs.map(({ policyId }) => policyId).filter((one) => policyIds.includes(one));
  if (voted.length === 0) throw new Error(`A vote on the approval ${id} counts for none of its needs.`);
  return voted;
}

/** The entry of a vote is about the request that was asked for, by the person who voted. */
function voteContext(ports: VotePorts, { operation, requested }: Approval, { identity, comment }: Vote): AuditContext {
  const { target, before } = requested;
  const context = { ...auditContextOf(ports, operation, identity), target, before, reason: comment };
  // A pair that TypeScript can't see in a spread.
  return { ...context, operation: requested.operation, request: requested.request } as AuditContext;
}

function eventOf(given: Vote): 'APPROVED' | 'REJECTED' {
  return given.vote === 'APPROVE' ? 'APPROVED' : 'REJECTED';
}

function messageOf(next: Approval, { isOwnRequest }: Vote): string {
  if (next.state === 'REJECTED') return 'The request was rejected.';
  const approved = isOwnRequest
    ? 'Approved by a person who approves a request of their own (break-glass).'
    : 'Approved.';
  const missing = next.binding.needs.map((need) => missingOf(need, next)).filter((one) => one !== null);
  if (missing.length > 0) return `${approved} Approvals are missing: ${missing.join('; ')}.`;
  return `${approved} The request can be sent again until ${new Date(next.useUntil ?? 0).toISOString()}.`;
}

async function earlierEntry(ledger: OperationReader, { id }: Approval, given: Vote): Promise<AuditEntry> {
  const isOwn = ({ event, principal }: AuditEntry) =>
    event === eventOf(given) && principal.id === given.identity.principal.id;
  const entry = await findEntry(ledger, id, isOwn);
  if (entry === null) throw new Error(`The approval ${id} has no entry of a vote that it counts.`);
  return entry;
}

function inTime<T>(clock: Clock, { deadline }: Vote, answer: Promise<T>): Promise<T> {
  return withDeadline(deadline - clock(), answer, ledgerTimeout);
}
