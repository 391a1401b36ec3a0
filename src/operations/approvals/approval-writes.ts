import { makeEntry } from '../../ledger/audit-entry.ts';
import type { Stamps } from '../../ledger/audit-entry.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import { count } from '../../runtime/meter.ts';
import { approversOf, expiryOf, voidedTexts } from './refusals.ts';
import { maxVoidedVotes } from '../../model/approval.ts';
import type { UncountedVote } from './judge-votes.ts';

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
  const { id } = approval;
  const next: Approval = { ...approval, revision: approval.revision + 1, state: 'EXPIRED' };
  const message = expiryOf(approval);
  const details = {
    operationId: id,
    event: 'APPROVAL_EXPIRED',
    fence: next.revision,
    message,
    approval: next,
  } as const;
  const result = await writer.approvals.putApproval(approval, next, makeEntry(writer, audit, details), null);
  if (result === 'written') count('approvalsExpired');
  return result === 'written' ? next : null;
}

/**
 * Voids votes of an approved request, over the version that was judged, with an entry. If the
 * others are too few, it waits for approvals again until the same time as before, or has expired.
 * `conflict`: it was written since. Throws `LedgerUnavailable`.
 */
export async function voidVotes(
  writer: ApprovalWriter,
  approval: Approval,
  uncounted: readonly UncountedVote[],
  audit: AuditContext,
): Promise<'written' | 'conflict'> {
  const next = afterVoid(approval, uncounted, writer.clock());
  const entry = makeEntry(writer, audit, {
    operationId: approval.id,
    event: 'APPROVAL_VOTE_VOIDED',
    fence: next.revision,
    message: [...voidedTexts(newlyVoided(uncounted, writer.clock())), whatFollows(next)].join(' '),
    approval: next,
  });
  const result = await writer.approvals.putApproval(approval, next, entry, null);
  return result === 'written' ? 'written' : 'conflict';
}

function newlyVoided(uncounted: readonly UncountedVote[], now: number) {
  const voidedAt = new Date(now).toISOString();
  return uncounted.map(({ vote: { principal, actor, time }, reason }) => ({
    principal,
    actor,
    time,
    reason,
    voidedAt,
  }));
}

/** An approval without the votes that do not count any more. */
export function afterVoid(approval: Approval, uncounted: readonly UncountedVote[], now: number): Approval {
  const votes = approval.votes.filter((one) => uncounted.every(({ vote }) => vote !== one));
  const voidedVotes = [...(approval.voidedVotes ?? []), ...newlyVoided(uncounted, now)].slice(-maxVoidedVotes);
  const next = { ...approval, revision: approval.revision + 1, votes, voidedVotes };
  const isEnough = approval.binding.needs.every(({ policyId, count }) => approversOf(next, policyId).length >= count);
  if (isEnough) return next;
  return { ...next, state: now < approval.decideUntil ? 'PENDING' : 'EXPIRED', useUntil: null };
}

function whatFollows({ state, decideUntil, useUntil }: Approval): string {
  const until = (ms: number | null) => new Date(ms ?? 0).toISOString();
  if (state === 'APPROVED') return `The other approvals are enough, until ${until(useUntil)}.`;
  if (state === 'PENDING') return `The request waits for approvals again, until ${until(decideUntil)}.`;
  return `The request could be approved until ${until(decideUntil)}, so it has expired.`;
}
