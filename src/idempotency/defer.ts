import type { Deferral, IdempotencyRecord, Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Times } from './times.ts';

/**
 * Longest time between two attempts of the reconciler to complete an operation, and the time for
 * which it is parked.
 */
const maxWaitMs = 3_600_000;

/** Why an operation stays open. */
export type OpenReason = Pick<Deferral, 'parked' | 'message'>;

/**
 * Records when the reconciler examines an operation with an expired lease again. A request with its
 * token can take it over at any time. Writes no audit entry: nothing is known of the operation that
 * was not known before. The record moves behind those that have waited longer. Null if another
 * process has written the record since it was read. Throws `LedgerUnavailable`.
 */
export async function defer(
  { ledger, clock, times }: { readonly ledger: Ledger; readonly clock: Clock; readonly times: Times },
  expired: IdempotencyRecord,
  reason: OpenReason,
): Promise<IdempotencyRecord | null> {
  const { operationId, fence } = expired;
  const now = clock();
  const next = { ...expired, leaseUntil: now, deferral: deferralOf(expired, now, times, reason) };
  const result = await ledger.commit({ kind: 'lease-expired', operationId, fence, now }, next, []);
  return result.kind === 'committed' ? next : null;
}

/** Whether the reconciler should examine an operation now. */
export function isDue({ deferral }: IdempotencyRecord, now: number): boolean {
  return (deferral?.nextAt ?? 0) <= now;
}

/**
 * Waits begin with the length of a lease and double up to an hour. An operation in doubt is
 * examined as soon as it no longer is: then its outcome is certain if EKS can be read.
 */
function deferralOf({ deferral, inDoubtUntil }: IdempotencyRecord, now: number, times: Times, reason: OpenReason) {
  const attempts = (deferral?.attempts ?? 0) + 1;
  const waitMs = reason.parked === null ? Math.min(maxWaitMs, times.leaseMs * 2 ** (attempts - 1)) : maxWaitMs;
  const nextAt = inDoubtUntil < now || reason.parked !== null ? now + waitMs : Math.min(now + waitMs, inDoubtUntil + 1);
  return { attempts, nextAt, ...reason };
}
