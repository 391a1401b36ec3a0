import { createEntry } from '../ledger/audit-entry.ts';
import type { Expectation, IdempotencyRecord } from '../ledger/ledger.ts';
import { LedgerUnavailable, ledgerTimeout } from '../ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { Lock } from '../model/lock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { count } from '../runtime/meter.ts';
import type { ProtocolDependencies } from './dependencies.ts';
import { newRecord, succeedingRecord, takenOver, withOperationInDoubt } from './record.ts';
import type { NewOperation } from './record.ts';

/** A request that claims its token. */
export interface ClaimRequest extends NewOperation {
  readonly audit: AuditContext;
  /**
   * The lock that stops the change: then no operation begins, but an earlier one is answered or observed. Null: no lock. An unused
   * token is claimed while the locks are read: the lease holder waits for them before the effect.
   */
  readonly lock: Promise<Lock | null>;
  /** Whether to wait for the locks before anything is written. */
  readonly expectsLock: boolean;
  /** Until when the ledger must have answered. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** The right to work on an operation: its record, and the entry that was written with it. */
export interface Lease {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** What a claim led to. */
export type ClaimResult =
  /** The operation is this request's; its INTENT is recorded. */
  | { readonly kind: 'claimed'; readonly lease: Lease }
  /** The expired lease of an earlier request is this one's: its effect must be observed first. */
  | { readonly kind: 'taken-over'; readonly lease: Lease }
  /** A lock keeps the operation from beginning. Nothing was written. */
  | { readonly kind: 'locked'; readonly lock: Lock }
  /** The operation is finished, and its result recorded. */
  | { readonly kind: 'finished'; readonly record: IdempotencyRecord }
  /** Another request holds the lease. */
  | { readonly kind: 'contended'; readonly record: IdempotencyRecord }
  /** The token belongs to a different request. */
  | { readonly kind: 'token-reused'; readonly record: IdempotencyRecord };

/** A write that would claim the record, and the lease that it would give. */
interface Attempt {
  readonly kind: 'claimed' | 'taken-over';
  readonly expected: Expectation;
  readonly lease: Lease;
}

/** Each round finds a record that was written since the round before; several in a row mean many concurrent requests. */
const maxRounds = 4;

/**
 * Claims the token of a request: one transaction for an unused token, which also records the INTENT. Where a record
 * exists, its state decides, and the next write demands that it still has that state. Throws `LedgerUnavailable`: then EKS
 * must not be called.
 */
export async function claim(deps: ProtocolDependencies, request: ClaimRequest): Promise<ClaimResult> {
  const lock = request.expectsLock ? await request.lock : null;
  const first = lock ? await stepUnderLock(deps, request, lock) : claimUnused(deps, request);
  if (!isAttempt(first)) return first;
  let attempt = first;
  for (let round = 1; ; round++) {
    const { expected, lease, kind } = attempt;
    const leftMs = request.deadline - deps.clock();
    const committing = deps.ledger.commit(expected, lease.record, [lease.entry]);
    const result = await withDeadline(leftMs, committing, ledgerTimeout);
    if (result.kind === 'committed') {
      if (kind === 'taken-over') count('takeOvers');
      return { kind, lease };
    }
    if (result.record === null) throw new LedgerUnavailable(new Error('The record vanished while it was claimed.'));
    const next = await nextStep(deps, request, result.record);
    if (!isAttempt(next)) return next;
    if (round === maxRounds) return { kind: 'contended', record: result.record };
    attempt = next;
  }
}

/** A write to try, or the end of the claim. */
type Step = Attempt | Exclude<ClaimResult, { lease: Lease }>;

function isAttempt(step: Step): step is Attempt {
  return step.kind === 'claimed' || step.kind === 'taken-over';
}

/** What a request does first while changes are locked: only an operation that began before goes on. */
async function stepUnderLock(deps: ProtocolDependencies, request: ClaimRequest, lock: Lock): Promise<Step> {
  const reading = deps.ledger.getRecord(request.idempotencyKey);
  const record = await withDeadline(request.deadline - deps.clock(), reading, ledgerTimeout);
  if (record === null || isExpired(record, request.startedAt)) return { kind: 'locked', lock };
  return nextStep(deps, request, record);
}

/** DynamoDB deletes an expired record up to two days late, so it counts as absent. */
function isExpired({ expiresAt }: IdempotencyRecord, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** What a request does about an existing record. It does not take over or claim one without having read the locks. */
async function nextStep(deps: ProtocolDependencies, request: ClaimRequest, record: IdempotencyRecord): Promise<Step> {
  if (record.fingerprint !== request.fingerprint) return { kind: 'token-reused', record };
  switch (record.state) {
    case 'SUCCEEDED':
    case 'REFUSED':
      return { kind: 'finished', record };
    case 'RELEASED': {
      const lock = await request.lock;
      return lock ? { kind: 'locked', lock } : claimReleased(deps, request, record);
    }
    case 'IN_PROGRESS':
      if (record.leaseUntil > deps.clock()) return { kind: 'contended', record };
      await request.lock;
      return claimExpired(deps, request, record);
  }
}

function claimUnused(deps: ProtocolDependencies, request: ClaimRequest): Attempt {
  const record = freshRecord(deps, request);
  const expected = { kind: 'free', now: request.startedAt } as const;
  return { kind: 'claimed', expected, lease: withIntent(deps, request, record) };
}

function claimReleased(deps: ProtocolDependencies, request: ClaimRequest, released: IdempotencyRecord): Attempt {
  const { operationId, fence } = released;
  const record = succeedingRecord(released, freshRecord(deps, request));
  const expected = { kind: 'released', operationId, fence } as const;
  return { kind: 'claimed', expected, lease: withIntent(deps, request, record) };
}

function claimExpired(deps: ProtocolDependencies, request: ClaimRequest, expired: IdempotencyRecord): Attempt {
  const message =
    'The lease expired before the operation was finished; another request with the same token took it over.';
  return { kind: 'taken-over', ...takeOverAttempt(deps, expired, request.audit, message) };
}

/**
 * Takes over the expired lease of an operation. Null when another request or run took it over first. Throws
 * `LedgerUnavailable`. `message` says in the trail who took over.
 */
export async function takeOver(
  deps: ProtocolDependencies,
  expired: IdempotencyRecord,
  audit: AuditContext,
  message: string,
): Promise<Lease | null> {
  const { expected, lease } = takeOverAttempt(deps, expired, audit, message);
  const result = await deps.ledger.commit(expected, lease.record, [lease.entry]);
  if (result.kind !== 'committed') return null;
  count('takeOvers');
  return lease;
}

function takeOverAttempt(deps: ProtocolDependencies, expired: IdempotencyRecord, audit: AuditContext, message: string) {
  const { operationId, fence } = expired;
  const now = deps.clock();
  const record = takenOver(expired, now, deps.times);
  const entry = createEntry(deps, audit, { operationId, event: 'TAKEN_OVER', fence: record.fence, message });
  return { expected: { kind: 'lease-expired', operationId, fence, now } as const, lease: { record, entry } };
}

/**
 * Closes a taken-over operation that had no effect and can have none any more, and claims the next one, in one
 * transaction. Null when another request was faster. Throws `LedgerUnavailable`. `closing` is the entry that closes it.
 */
export async function reclaim(
  deps: ProtocolDependencies,
  request: ClaimRequest,
  leased: IdempotencyRecord,
  closing: AuditEntry,
): Promise<Lease | null> {
  const { operationId, fence } = leased;
  const record = succeedingRecord(withOperationInDoubt(leased), freshRecord(deps, request));
  const lease = withIntent(deps, request, record);
  const committing = deps.ledger.commit({ kind: 'leased', operationId, fence }, record, [closing, lease.entry]);
  const result = await withDeadline(request.deadline - deps.clock(), committing, ledgerTimeout);
  return result.kind === 'committed' ? lease : null;
}

function freshRecord(deps: ProtocolDependencies, request: ClaimRequest): IdempotencyRecord {
  return newRecord(request, deps.ulid(request.startedAt), deps.times);
}

function withIntent(deps: ProtocolDependencies, request: ClaimRequest, record: IdempotencyRecord): Lease {
  const { operationId, fence } = record;
  return { record, entry: createEntry(deps, request.audit, { operationId, event: 'INTENT', fence }) };
}
