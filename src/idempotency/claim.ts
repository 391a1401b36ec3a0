import type { StateMismatch } from '../ledger/association-state.ts';
import type { Expectation, IdempotencyRecord } from '../ledger/ledger.ts';
import { LedgerUnavailable, ledgerTimeout } from '../ledger/ledger.ts';
import type { AuditContext } from '../model/audit.ts';
import type { Lock } from '../model/lock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { count } from '../runtime/meter.ts';
import { useApproval } from './approval-use.ts';
import type { ReadApproval, UsedByCommit } from './approval-use.ts';
import { closingAtOnce } from './closing.ts';
import type { Conclusion, RefusedConclusion } from './conclusion.ts';
import type { Protocol, RecordStamps } from './protocol.ts';
import { isExpired, succeedingRecord } from './record.ts';
import type { NewOperation } from './record.ts';
import { freshRecord, withIntent } from './lease.ts';
import type { Lease } from './lease.ts';
import { takeOverAttempt } from './take-over.ts';

/** A request that claims its token. */
export interface ClaimRequest extends NewOperation {
  readonly audit: AuditContext;
  /**
   * What is known without an effect, a refusal or the success of an operation that has none: it is
   * recorded as the token's final answer instead of an INTENT. An operation of the token that is in
   * progress or finished is taken over or answered all the same. Null: an operation with an effect
   * may begin.
   */
  readonly conclusion: Conclusion | null;
  /**
   * What follows if the state of the service account is not the one that the request demands: a
   * refusal; or null, while that is not certain, as another operation is in progress.
   */
  readonly concludeMismatch: (mismatch: StateMismatch) => RefusedConclusion | null;
  /**
   * The lock that stops the change: then no operation begins, but an earlier one is answered or
   * observed. Null: no lock. An unused token is claimed while the locks are read: the lease holder
   * waits for them before the effect.
   */
  readonly lock: Promise<Lock | null>;
  /** Whether to wait for the locks before anything is written. */
  readonly expectsLock: boolean;
  /** Until when the ledger must have answered. Milliseconds since the epoch. */
  readonly deadline: number;
  /**
   * What a request that needs an approval read; null: it needs none. A refusal in place of an
   * INTENT uses none either.
   */
  readonly approval: ReadApproval | null;
}

/** What a claim led to. */
export type ClaimResult =
  /** The operation is this request's; its INTENT is recorded. */
  | { readonly kind: 'claimed'; readonly lease: Lease }
  /** The expired lease of an earlier request is this one's: its effect must be observed first. */
  | { readonly kind: 'taken-over'; readonly lease: Lease }
  /** There is no effect to wait for: the conclusion of the request is recorded. */
  | { readonly kind: 'concluded'; readonly lease: Lease; readonly conclusion: Conclusion }
  /** A lock keeps the operation from beginning. Nothing was written. */
  | { readonly kind: 'locked'; readonly lock: Lock }
  /**
   * Another operation on the service account is in progress, and the request demands a state.
   * Nothing was written.
   */
  | { readonly kind: 'state-uncertain' }
  /** The request needs an approval, and has none that can be used now. Nothing was written. */
  | { readonly kind: 'approval-unusable' }
  /** The operation is finished, and its result recorded. */
  | { readonly kind: 'finished'; readonly record: IdempotencyRecord }
  /** Another request holds the lease. */
  | { readonly kind: 'contended'; readonly record: IdempotencyRecord }
  /** The token belongs to a different request. */
  | { readonly kind: 'token-reused'; readonly record: IdempotencyRecord };

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
      const conclusion = request.concludeMismatch(committed);
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
