import type { Expectation, IdempotencyRecord } from '../ledger/ledger.ts';
import { LedgerUnavailable, ledgerTimeout } from '../ledger/ledger.ts';
import type { Lock } from '../model/lock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { count } from '../runtime/meter.ts';
import { useApproval } from './approval-use.ts';
import type { UsedByCommit } from './approval-use.ts';
import { closingAtOnce } from './closing.ts';
import type { Conclusion } from './conclusion.ts';
import type { Protocol, RecordStamps } from './protocol.ts';
import { isExpired, succeedingRecord, newRecord, takenOver } from './record.ts';
import type { ClaimRequest, ClaimResult, Lease } from './claim-request.ts';
import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { AuditContext } from '../model/audit.ts';
import type { NewOperation } from './record.ts';

/** A write that would claim the record, and what it would lead to. */
interface Attempt {
  readonly kind: 'attempt';
  readonly expected: Expectation;
  readonly result: Extract<ClaimResult, { lease: Lease }>;
  /** Null: it uses no approval. */
  readonly used: UsedByCommit | null;
}

/**
 * Each round finds a record that was written since the round before; several in a row mean many
 * concurrent requests.
 */
const maxRounds = 4;

/**
 * Claims the token of a request: one transaction for an unused token, which also records the
 * INTENT. Where a record exists, its state decides, and the next write demands that it still has
 * that state. Throws `LedgerUnavailable`: then EKS must not be called.
 */
export async function claim(protocol: Protocol, request: ClaimRequest): Promise<ClaimResult> {
  const lock = request.expectsLock ? await request.lock : null;
  const step = lock ? stepUnderLock(protocol, request, lock) : firstStep(protocol, request);
  const first = step instanceof Promise ? await step : step;
  if (first.kind !== 'attempt') return first;
  let attempt = first;
  for (let round = 1; ; round++) {
    const { expected, result, used } = attempt;
    const leftMs = request.deadline - protocol.clock();
    const entries = [result.lease.entry, ...(used ? [used.entry] : [])];
    const committing = protocol.ledger.commit(expected, result.lease.record, entries, used?.use);
    const committed = await withDeadline(leftMs, committing, ledgerTimeout);
    if (committed.kind === 'committed') {
      if (result.kind === 'taken-over') count('takeOvers');
      return result;
    }
    if (committed.kind === 'approval-mismatch') return { kind: 'approval-unusable' };
    if (committed.kind === 'state-mismatch') {
      const conclusion = request.refusalOfMismatch(committed);
      if (conclusion === null) return { kind: 'state-uncertain' };
      attempt = attemptOf(expected, concludedWith(protocol, request, result.lease.record, conclusion));
      continue;
    }
    if (committed.record === null) throw new LedgerUnavailable(new Error('The record vanished while it was claimed.'));
    const next = await nextStep(protocol, request, committed.record);
    if (next.kind !== 'attempt') return next;
    if (round >= maxRounds) return { kind: 'contended', record: committed.record };
    attempt = next;
  }
}

/** A write to try, or the end of the claim. */
type Step = Attempt | Exclude<ClaimResult, { lease: Lease }>;

/**
 * What a request does first: it claims its token as if it were unused, unless it has read the
 * record. Begins before the locks are read.
 */
function firstStep(stamps: RecordStamps, request: ClaimRequest): Step | Promise<Step> {
  const record = request.approval?.record ?? null;
  if (record === null || isExpired(record, request.startedAt)) return claimUnused(stamps, request);
  return nextStep(stamps, request, record);
}

/**
 * What a request does first while changes are locked: only an operation that began before goes on.
 */
async function stepUnderLock(protocol: Protocol, request: ClaimRequest, lock: Lock): Promise<Step> {
  const reading = protocol.ledger.getRecord(request.idempotencyKey);
  const record = await withDeadline(request.deadline - protocol.clock(), reading, ledgerTimeout);
  if (record === null || isExpired(record, request.startedAt)) return { kind: 'locked', lock };
  return nextStep(protocol, request, record);
}

/**
 * What a request does about an existing record. It does not take over or claim one without having
 * read the locks.
 */
async function nextStep(stamps: RecordStamps, request: ClaimRequest, record: IdempotencyRecord): Promise<Step> {
  if (record.fingerprint !== request.fingerprint) return { kind: 'token-reused', record };
  switch (record.state) {
    case 'SUCCEEDED':
    case 'REFUSED':
      return { kind: 'finished', record };
    case 'RELEASED': {
      const lock = await request.lock;
      return lock ? { kind: 'locked', lock } : claimReleased(stamps, request, record);
    }
    case 'IN_PROGRESS':
      if (record.leaseUntil > stamps.clock()) return { kind: 'contended', record };
      await request.lock;
      return claimExpired(stamps, request, record);
  }
}

function claimUnused(stamps: RecordStamps, request: ClaimRequest): Step {
  const expected = { kind: 'free', now: request.startedAt } as const;
  return begin(stamps, request, expected, freshRecord(stamps, request), null);
}

function claimReleased(stamps: RecordStamps, request: ClaimRequest, released: IdempotencyRecord): Step {
  const { operationId, fence } = released;
  const record = succeedingRecord(released, freshRecord(stamps, request));
  const expected = { kind: 'released', operationId, fence } as const;
  return begin(stamps, request, expected, record, released);
}

function claimExpired(stamps: RecordStamps, request: ClaimRequest, expired: IdempotencyRecord): Attempt {
  const message =
    'The lease expired before the operation was finished; another request with the same token took it over.';
  const { expected, lease } = takeOverAttempt(stamps, expired, request.audit, message);
  return attemptOf(expected, { kind: 'taken-over', lease });
}

/**
 * The beginning of an operation after the one of `before`, or the conclusion in place of it. A
 * success must not be older than a request may last, since drift compares when it was observed with
 * when others were recorded.
 */
function begin(
  stamps: RecordStamps,
  request: ClaimRequest,
  expected: Expectation,
  record: IdempotencyRecord,
  before: IdempotencyRecord | null,
): Step {
  const { conclusion, deadline, audit, approval } = request;
  if (conclusion?.refusal) return attemptOf(expected, concludedWith(stamps, request, record, conclusion));
  if (conclusion && stamps.clock() > deadline) throw ledgerTimeout();
  const used = approval && useApproval(stamps, audit, approval, record.operationId, before);
  if (approval && !used) return { kind: 'approval-unusable' };
  if (conclusion) return attemptOf(expected, concludedWith(stamps, request, record, conclusion), used);
  return attemptOf(expected, { kind: 'claimed', lease: withIntent(stamps, audit, record) }, used);
}

function attemptOf(expected: Expectation, result: Attempt['result'], used: UsedByCommit | null = null): Attempt {
  return { kind: 'attempt', expected, result, used };
}

function concludedWith(
  stamps: RecordStamps,
  { audit }: ClaimRequest,
  record: IdempotencyRecord,
  conclusion: Conclusion,
): Attempt['result'] {
  return { kind: 'concluded', lease: closingAtOnce(stamps, audit, record, conclusion), conclusion };
}

/**
 * Takes over the expired lease of an operation. Null when another request or run took it over
 * first. Throws `LedgerUnavailable`. `message` says in the trail who took over.
 */
export async function takeOver(
  protocol: Protocol,
  expired: IdempotencyRecord,
  audit: AuditContext,
  message: string,
): Promise<Lease | null> {
  const { expected, lease } = takeOverAttempt(protocol, expired, audit, message);
  const result = await protocol.ledger.commit(expected, lease.record, [lease.entry]);
  if (result.kind !== 'committed') return null;
  count('takeOvers');
  return lease;
}

/** The write that takes over an expired lease, and the lease that it leads to. */
function takeOverAttempt(stamps: RecordStamps, expired: IdempotencyRecord, audit: AuditContext, message: string) {
  const { operationId, fence } = expired;
  const now = stamps.clock();
  const record = takenOver(expired, now, stamps.times);
  const entry = makeEntry(stamps, audit, { operationId, event: 'TAKEN_OVER', fence: record.fence, message });
  return { expected: { kind: 'lease-expired', operationId, fence, now } as const, lease: { record, entry } };
}

/** The record of an operation that begins, without what it follows. */
export function freshRecord({ ulid, times }: RecordStamps, operation: NewOperation): IdempotencyRecord {
  return newRecord(operation, ulid(operation.startedAt), times);
}

/** The lease of an operation that begins. */
export function withIntent(stamps: Stamps, audit: AuditContext, record: IdempotencyRecord): Lease {
  const { operationId, fence } = record;
  return { record, entry: makeEntry(stamps, audit, { operationId, event: 'INTENT', fence }) };
}
