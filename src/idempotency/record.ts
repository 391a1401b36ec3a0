import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { IdempotencyRecord, RecordedResult } from '../ledger/ledger.ts';
import type { MutationRequest, OperationKind } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { RequestIdentity } from '../model/principal.ts';
import { inDoubtUntil } from './times.ts';
import type { Times } from './times.ts';

/** What identifies a request to the protocol. */
export interface TokenUse {
  readonly identity: RequestIdentity;
  readonly onBehalfOf: string | null;
  readonly operation: OperationKind;
  readonly clientRequestToken: string;
}

/**
 * Key of a request's idempotency record: SHA-256 (hex) over principal, actor, onBehalfOf, operation
 * and token. Two principals can use the same token and never get each other's results.
 */
export function idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }: TokenUse): string {
  const { principal, actor } = identity;
  return sha256(stringify([principal.id, actor?.id ?? null, onBehalfOf, operation, clientRequestToken]));
}

/** What an approval is asked for: at most one is pending. */
export interface ApprovalSubjectKey extends Omit<TokenUse, 'clientRequestToken'> {
  readonly fingerprint: string;
}

/**
 * Key of the approval of a request, whatever its token: SHA-256 (hex) over operation, fingerprint,
 * principal, actor and onBehalfOf.
 */
export function approvalKeyOf({ identity, onBehalfOf, operation, fingerprint }: ApprovalSubjectKey): string {
  const { principal, actor } = identity;
  return sha256(stringify([operation, fingerprint, principal.id, actor?.id ?? null, onBehalfOf]));
}

/**
 * SHA-256 (hex) of the canonical request, without token and reason: equal for requests that mean
 * the same. A field that a later version adds counts only where it is not null, so that a request
 * without it keeps the fingerprint of its live token.
 */
export function fingerprintOf(request: MutationRequest): string {
  const counted = Object.entries(request).filter(([name, value]) => value !== null || countedNulls.includes(name));
  return sha256(stringify(Object.fromEntries(counted)));
}

/**
 * The fields of requests that count also where they are null: those that were null in fingerprints
 * from the beginning, and `expiresAt`, which is absent where a request leaves the expiry as it is.
 * Add only fields of the second kind.
 */
const countedNulls = ['targetRoleArn', 'policy', 'expectedModifiedAt', 'expiresAt'];

/** SHA-256 (hex) of a text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An operation that is about to begin. */
export interface NewOperation {
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly operation: OperationKind;
  /**
   * Read before anything was written; also the signing date of the change. Milliseconds since the
   * epoch.
   */
  readonly startedAt: number;
  /** The association's `modifiedAt` before the operation; null for a create. */
  readonly modifiedAtBefore: string | null;
  /** Set if the token is derived, see `derivedToken`. */
  readonly isDerived?: true;
}

/** The record of an operation whose token is unused, or whose record has expired. */
export function newRecord(begin: NewOperation, operationId: string, times: Times): IdempotencyRecord {
  return {
    idempotencyKey: begin.idempotencyKey,
    operation: begin.operation,
    operationId,
    fence: 1,
    state: 'IN_PROGRESS',
    fingerprint: begin.fingerprint,
    startedAt: begin.startedAt,
    leaseUntil: begin.startedAt + times.leaseMs,
    inDoubtUntil: inDoubtUntil(begin.startedAt, times),
    modifiedAtBefore: begin.modifiedAtBefore,
    retainUntil: null,
    inDoubtOperationIds: [],
    result: null,
    ...(begin.isDerived ? { isDerived: true } : {}),
  };
}

/**
 * The record of an operation that follows a released one: its fence is higher, and it keeps the
 * operations in doubt.
 */
export function succeedingRecord(released: IdempotencyRecord, fresh: IdempotencyRecord): IdempotencyRecord {
  return { ...fresh, fence: released.fence + 1, inDoubtOperationIds: released.inDoubtOperationIds };
}

/**
 * The record after the next lease holder took over its expired lease. The operation stays the same.
 */
export function takenOver(expired: IdempotencyRecord, now: number, times: Times): IdempotencyRecord {
  const { deferral: _, ...record } = expired;
  return { ...record, fence: expired.fence + 1, leaseUntil: now + times.leaseMs };
}

/**
 * Whether a refusal leaves the token free that is final for other tokens: a derived one. Not if the
 * change may have been made: then the state has moved, and with it the token.
 */
export function isReleasedBy({ isDerived }: Pick<IdempotencyRecord, 'isDerived'>, outcome: Outcome): boolean {
  return isDerived === true && outcome.recordState === 'REFUSED' && outcome.code !== 'OUTCOME_UNDETERMINED';
}

/** The record after its lease holder concluded, as the outcome's row says. */
export function concluded(
  leased: IdempotencyRecord,
  outcome: Outcome & { readonly recordState: Exclude<Outcome['recordState'], 'untouched'> },
  result: RecordedResult,
  now: number,
  times: Times,
): IdempotencyRecord {
  switch (isReleasedBy(leased, outcome) ? 'RELEASED' : outcome.recordState) {
    case 'IN_PROGRESS':
      // The lease ends now, so that the next request may observe EKS at once.
      return { ...leased, leaseUntil: now };
    case 'SUCCEEDED':
    case 'REFUSED':
      return {
        ...leased,
        state: outcome.recordState,
        retainUntil: now + times.retentionMs,
        result,
      };
    case 'RELEASED':
      return { ...leased, state: 'RELEASED', retainUntil: now + times.retentionMs };
  }
}

/**
 * How many operations in doubt a record keeps. Each stays in doubt for minutes, so this covers
 * about ten hours of lost answers to one request.
 */
const maxInDoubt = 100;

/**
 * The record with its operation among those in doubt: its effect is not visible in EKS, which does
 * not prove that it has none.
 */
export function withOperationInDoubt(record: IdempotencyRecord): IdempotencyRecord {
  const inDoubtOperationIds = [...record.inDoubtOperationIds, record.operationId].slice(-maxInDoubt);
  return { ...record, inDoubtOperationIds };
}

/**
 * Seconds (whole, at least 1) after which the same request is worth sending again: as long as the
 * operation has taken so far, so that waits grow; but no later than the lease ends or, without a
 * lease, the operation is no longer in doubt.
 */
export function retryAfterSeconds(
  record: Pick<IdempotencyRecord, 'startedAt' | 'leaseUntil' | 'inDoubtUntil'>,
  now: number,
): number {
  const end = record.leaseUntil > now ? record.leaseUntil : record.inDoubtUntil;
  return Math.max(1, Math.ceil(Math.min(now - record.startedAt, end - now) / 1000));
}

/** DynamoDB deletes an expired record up to two days late, so it counts as absent. */
export function isExpired({ retainUntil }: IdempotencyRecord, now: number): boolean {
  return retainUntil !== null && retainUntil <= now;
}
