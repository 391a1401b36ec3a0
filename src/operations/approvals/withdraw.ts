import { closingAtOnce } from '../../idempotency/closing.ts';
import { isExpired, newRecord, succeedingRecord } from '../../idempotency/record.ts';
import type { Times } from '../../idempotency/times.ts';
import type { ApprovalStore, Withdrawal } from '../../ledger/approvals.ts';
import { auditContextOf, findEntry, makeEntry } from '../../ledger/audit-entry.ts';
import type { Expectation, IdempotencyRecord } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import { expiryOf } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext, AuditEntry } from '../../model/audit.ts';
import type { RecordPrincipal, RequestIdentity } from '../../model/principal.ts';
import type { ApprovalLimits } from '../terms/dependencies.ts';
import { recordExpiry } from './approval-writes.ts';
import type { ApprovalWriter } from './approval-writes.ts';
import { approvalEnded } from './refusals.ts';

/** What withdrawals are written with. */
export interface WithdrawalPorts extends ApprovalWriter {
  readonly approvals: ApprovalStore;
  readonly ledger: OperationReader;
  readonly recordPrincipal: RecordPrincipal;
  readonly approvalLimits: ApprovalLimits;
  readonly times: Times;
}

/** What became of a withdrawal. */
export type WithdrawalResult =
  /** It is recorded with `entry`; `repeated`: by an earlier request. */
  | { readonly kind: 'withdrawn' | 'repeated'; readonly approval: Approval; readonly entry: AuditEntry }
  /** The approval has ended, or a request with its token is in progress. */
  | { readonly kind: 'not-open'; readonly approval: Approval; readonly isInProgress: boolean }
  | { readonly kind: 'limit-reached'; readonly approval: Approval; readonly maxADay: number }
  /** Another approval took its place, or it is no longer kept. */
  | { readonly kind: 'gone' };

/**
 * Withdraws an approval over the version that was read, for the identity that asked. Null: it was
 * written by another process since, and is read again. Throws `LedgerUnavailable`.
 */
export async function withdrawOnce(
  ports: WithdrawalPorts,
  read: Approval,
  identity: RequestIdentity,
): Promise<WithdrawalResult | null> {
  const { approvals, clock } = ports;
  const { record, approval } = await approvals.getRecordAndApproval(read.idempotencyKey, read.key);
  if (approval?.id !== read.id) return { kind: 'gone' };
  if (approval.state === 'WITHDRAWN') {
    return { kind: 'repeated', approval, entry: await withdrawalEntry(ports.ledger, approval) };
  }
  if (approval.state !== 'PENDING' && approval.state !== 'APPROVED') {
    return { kind: 'not-open', approval, isInProgress: false };
  }
  const now = clock();
  const audit = contextOf(ports, approval, identity);
  if (now >= expiryOf(approval)) {
    const expired = await recordExpiry(ports, approval, audit);
    return expired && { kind: 'not-open', approval: expired, isInProgress: false };
  }
  const live = record && !isExpired(record, now) ? record : null;
  if (live?.state === 'IN_PROGRESS' && live.fingerprint === approval.fingerprint) {
    return { kind: 'not-open', approval, isInProgress: true };
  }
  const next: Approval & { readonly state: 'WITHDRAWN' } = {
    ...approval,
    revision: approval.revision + 1,
    state: 'WITHDRAWN',
  };
  const entry = makeEntry(ports, audit, {
    operationId: approval.id,
    event: 'APPROVAL_WITHDRAWN',
    fence: next.revision,
    message: 'Who asked withdrew the request.',
    approval: next,
  });
  const answer = finalAnswer(ports, next, live, audit, now);
  const maxADay = maxWithdrawals(ports.approvalLimits, identity);
  const entries = [entry, ...(answer ? [answer.entry] : [])];
  const withdrawal = { next, token: answer, entries, maxADay, now } satisfies Withdrawal;
  const result = await approvals.withdrawApproval(approval, withdrawal);
  if (result === 'conflict') return null;
  return result === 'written'
    ? { kind: 'withdrawn', approval: next, entry }
    : { kind: 'limit-reached', approval, maxADay };
}

/** As many as may be pending: so a principal can withdraw all, and can't ask without end. */
function maxWithdrawals({ maxPending, maxPendingOfService }: ApprovalLimits, { principal }: RequestIdentity): number {
  return principal.kind === 'SERVICE' ? maxPendingOfService : maxPending;
}

/**
 * The final answer of the token that asked, in the record that the ledger has of it; null if that
 * has one. Otherwise the token could use a later approval of the same request.
 */
function finalAnswer(
  ports: WithdrawalPorts,
  next: Approval & { readonly state: 'WITHDRAWN' },
  live: IdempotencyRecord | null,
  audit: AuditContext,
  now: number,
): { readonly expected: Expectation; readonly record: IdempotencyRecord; readonly entry: AuditEntry } | null {
  if (live && live.state !== 'RELEASED') return null;
  if (live && live.fingerprint !== next.fingerprint) return null;
  const { idempotencyKey, fingerprint, operation, requested } = next;
  const modifiedAtBefore = requested.before?.modifiedAt ?? null;
  const begun = { idempotencyKey, fingerprint, operation, startedAt: now, modifiedAtBefore };
  const fresh = newRecord(begun, ports.ulid(now), ports.times);
  const { record, entry } = closingAtOnce(
    ports,
    audit,
    live ? succeedingRecord(live, fresh) : fresh,
    approvalEnded(next),
  );
  const expected: Expectation = live
    ? { kind: 'released', operationId: live.operationId, fence: live.fence }
    : { kind: 'free', now };
  return { expected, record, entry };
}

/** The entries are about the request that was asked for. */
function contextOf(
  ports: Pick<WithdrawalPorts, 'recordPrincipal'>,
  { operation, requested }: Approval,
  identity: RequestIdentity,
): AuditContext {
  const { target, before, onBehalfOf, declaration } = requested;
  const declared = declaration === undefined ? {} : { declaration };
  const context = { ...auditContextOf(ports, operation, identity), target, before, onBehalfOf, ...declared };
  // A pair that TypeScript can't see in a spread.
  return { ...context, operation: requested.operation, request: requested.request } as AuditContext;
}

async function withdrawalEntry(ledger: OperationReader, { id }: Approval): Promise<AuditEntry> {
  const entry = await findEntry(ledger, id, ({ event }) => event === 'APPROVAL_WITHDRAWN');
  if (entry === null) throw new Error(`The approval ${id} has no entry of its withdrawal.`);
  return entry;
}
