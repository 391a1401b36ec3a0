import type { WithdrawApprovalInput } from '../../generated/types.ts';
import { auditContextOf, recordEntry } from '../../ledger/audit-entry.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import { LedgerUnavailable, ledgerTimeout } from '../../ledger/ledger.ts';
import type { LocksReader } from '../../ledger/ledger.ts';
import type { EntryAppender, OperationReader } from '../../ledger/trail.ts';
import { parseApprovalId } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import { lockFor } from '../../model/lock.ts';
import type { LockMemory } from '../../model/lock.ts';
import { outcomes } from '../../model/outcome.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { Refusal, RefusedOutcome } from '../../model/refusal.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { quote } from '../../validation/text-rules.ts';
import { lockedRefusal, readAllLocks } from '../terms/locks.ts';
import { isAskedBy } from './asker.ts';
import type { VoteAnswer } from './cast-vote.ts';
import { withdrawOnce } from './withdraw.ts';
import type { WithdrawalPorts, WithdrawalResult } from './withdraw.ts';

/** A withdrawal as it arrives. */
interface WithdrawalCall {
  readonly input: WithdrawApprovalInput;
  readonly identity: RequestIdentity;
  /** When the answer must be sent. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** What withdrawals work with. */
interface WithdrawApprovalPorts extends WithdrawalPorts {
  readonly ledger: LocksReader & OperationReader & EntryAppender;
  readonly lockMemory: LockMemory;
}

/** Each round finds an approval that was written since the round before. */
const maxRounds = 5;

/**
 * Withdraws an approval, for the principal and actor that asked: for others it does not exist, with
 * the same answer, entry and calls. Policy is not asked: what was asked for can always be taken
 * back, unless operators locked the caller. Throws `LedgerUnavailable`: then it may be withdrawn,
 * and the withdrawal can be sent again.
 */
export async function withdrawApproval(
  ports: WithdrawApprovalPorts,
  { input: { approvalId }, identity, deadline }: WithdrawalCall,
): Promise<VoteAnswer> {
  const inTime = <T>(answer: Promise<T>) => withDeadline(deadline - ports.clock(), answer, ledgerTimeout);
  const audit = auditContextOf(ports, 'WITHDRAW_APPROVAL', identity);
  const parsed = parseApprovalId(approvalId);
  const reading = parsed === null ? null : ports.approvals.getApproval(parsed.key);
  const [read, { locks }] = await inTime(Promise.all([reading, readAllLocks(ports)]));
  const isOwn = read !== null && read.id === parsed?.id && isAskedBy(read, identity);
  if (!isOwn) return refuse(ports, audit, null, notFound(approvalId));
  const known = { ...audit, target: read.requested.target };
  const principalIds = [identity.principal.id, ...(identity.actor ? [identity.actor.id] : [])];
  const lock = lockFor(
    locks.filter(({ scope }) => scope.kind === 'PRINCIPAL'),
    { cluster: read.requested.target, principalIds },
  );
  if (lock) return refuse(ports, known, read, { outcome: 'CHANGES_LOCKED', refusal: lockedRefusal(lock) });
  for (let round = 1; round <= maxRounds; round += 1) {
    const result = await inTime(withdrawOnce(ports, read, identity));
    if (result !== null) return answerTo(ports, result, audit, known, approvalId);
  }
  throw new LedgerUnavailable(new Error('The approval changed whenever it was read.'));
}

function answerTo(
  ports: WithdrawApprovalPorts,
  result: WithdrawalResult,
  audit: AuditContext,
  known: AuditContext,
  approvalId: string,
): VoteAnswer | Promise<VoteAnswer> {
  switch (result.kind) {
    case 'withdrawn':
    case 'repeated':
      return { approval: result.approval, refusal: null, auditEntry: result.entry };
    case 'not-open': {
      const { approval, isInProgress } = result;
      const text = isInProgress ? 'A request with its token is in progress.' : `The approval is ${approval.state}.`;
      return refuse(ports, known, approval, refused('APPROVAL_NOT_PENDING', text));
    }
    case 'limit-reached': {
      const text = `You have withdrawn ${result.maxADay} requests within a day, as many as you may.`;
      return refuse(ports, known, result.approval, refused('APPROVAL_LIMIT_REACHED', text));
    }
    case 'gone':
      return refuse(ports, audit, null, notFound(approvalId));
  }
}

function notFound(publicId: string) {
  return refused('APPROVAL_NOT_FOUND', `No approval ${quote(publicId)} exists that you asked for.`);
}

function refused(
  outcome: 'APPROVAL_NOT_FOUND' | 'APPROVAL_NOT_PENDING' | 'APPROVAL_LIMIT_REACHED',
  message: string,
): { readonly outcome: RefusedOutcome; readonly refusal: Refusal } {
  return { outcome, refusal: { ...refusalFields(outcome, message), kind: 'VoteRefused' } };
}

/**
 * Records a withdrawal that is refused, as an entry of its own. It is brief unless the approval is
 * the caller's.
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
