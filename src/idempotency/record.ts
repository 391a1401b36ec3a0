import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { RecordedResult, IdempotencyRecord } from '../ledger/ledger.ts';
import type { MutationRequest } from '../model/association.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Call } from '../operations/mutation.ts';
import { inDoubtUntil } from '../operations/dependencies.ts';
import type { Times } from '../operations/dependencies.ts';

/**
 * Key of the record of a request's token: SHA-256 (hex) over who asks, for what operation, with which token. Two callers
 * can use the same token and never see each other's answers.
 */
export function idempotencyKeyOf(
  call: Pick<Call, 'identity' | 'onBehalfOf' | 'operation' | 'clientRequestToken'>,
): string {
  const { identity, onBehalfOf, operation, clientRequestToken } = call;
  return sha256(
    stringify([identity.principal.id, identity.actor?.id ?? null, onBehalfOf, operation, clientRequestToken]),
  );
}

/** What makes two requests the same: SHA-256 (hex) of the canonical request, without token and reason. */
export function fingerprintOf(request: MutationRequest): string {
  return sha256(stringify(request));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The record of an operation that begins on a token never seen, or forgotten. */
export function newRecord(call: Call, operationId: string, times: Times): IdempotencyRecord {
  return {
    idempotencyKey: idempotencyKeyOf(call),
    operation: call.operation,
    operationId,
    fence: 1,
    state: 'IN_PROGRESS',
    fingerprint: fingerprintOf(call.request),
    startedAt: call.startedAt,
    leaseUntil: call.startedAt + times.leaseMs,
    inDoubtUntil: inDoubtUntil(call.startedAt, times),
    modifiedAtBefore: call.before?.modifiedAt ?? null,
    expiresAt: null,
    inDoubtOperationIds: [],
    result: null,
  };
}

/** The record of an operation that begins on the token of a released one: a later holder, which remembers the doubts. */
export function begunAgain(released: IdempotencyRecord, fresh: IdempotencyRecord): IdempotencyRecord {
  return { ...fresh, fence: released.fence + 1, inDoubtOperationIds: released.inDoubtOperationIds };
}

/** The same operation in the hands of the next holder. */
export function takenOver(lapsed: IdempotencyRecord, now: number, times: Times): IdempotencyRecord {
  return { ...lapsed, fence: lapsed.fence + 1, leaseUntil: now + times.leaseMs };
}

/** The record after its holder's work, as the outcome's row says. */
export function concluded(
  held: IdempotencyRecord,
  outcome: Outcome & { readonly token: Exclude<Outcome['token'], 'untouched'> },
  answer: RecordedResult,
  now: number,
  times: Times,
): IdempotencyRecord {
  switch (outcome.token) {
    case 'IN_PROGRESS':
      // The lease is given up, so that whoever comes next may look at once.
      return { ...held, leaseUntil: now };
    case 'SUCCEEDED':
    case 'REFUSED':
      return { ...held, state: outcome.token, expiresAt: now + times.retentionMs, result: answer };
    case 'RELEASED':
      return { ...held, state: 'RELEASED', expiresAt: now + times.retentionMs };
  }
}

/**
 * How many doubtful operations a record remembers. One doubt takes minutes to pass, so this is some ten hours of nothing
 * but lost answers for a single request.
 */
const maxDoubts = 100;

/** A released record whose operation was not found at EKS, without proof that EKS never did it. */
export function withDoubt(released: IdempotencyRecord): IdempotencyRecord {
  const inDoubtOperationIds = [...released.inDoubtOperationIds, released.operationId].slice(-maxDoubts);
  return { ...released, inDoubtOperationIds };
}

/**
 * Whole seconds after which the same request can bring more: about as long as it has taken already, so that the waits
 * grow, but not past the end of the lease or, where nobody holds it, of the doubt.
 */
export function retryAfterSeconds(record: IdempotencyRecord, now: number): number {
  const end = record.leaseUntil > now ? record.leaseUntil : record.inDoubtUntil;
  return Math.max(1, Math.ceil(Math.min(now - record.startedAt, end - now) / 1000));
}
