import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Times } from '../../idempotency/times.ts';
import { namedExpiries } from '../../model/operation.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import { expiresAtOutOfRange } from './expiry-conclusions.ts';

/**
 * The longest time from a request to the expiry that it sets: five years, so that a wrong unit or
 * century is noticed. Milliseconds.
 */
const longestTimeToExpiryMs = 1_826 * 86_400_000;

/**
 * The refusal of a request whose expiry is not within the range, from `now` on; null if it is, or
 * if it sets none. Only for what begins an operation: what was set before is answered also after
 * the expiry.
 */
export function checkExpiresAt<Kind extends OperationKind>(
  { leastTimeToExpiryMs }: Pick<Times, 'leastTimeToExpiryMs'>,
  kind: Kind,
  request: RequestOf[Kind],
  now: number,
): RefusedConclusion | null {
  const expiresAt = namedExpiries[kind](request) ?? null;
  if (expiresAt === null) return null;
  const timeToExpiryMs = Date.parse(expiresAt) - now;
  if (timeToExpiryMs >= leastTimeToExpiryMs && timeToExpiryMs <= longestTimeToExpiryMs) return null;
  const [earliest, latest] = [leastTimeToExpiryMs, longestTimeToExpiryMs].map((ms) => new Date(now + ms).toISOString());
  const message = `expiresAt is ${expiresAt}; for this request it must be from ${earliest} to ${latest}.`;
  return expiresAtOutOfRange(message, 'Give a time from 5 minutes to 5 years from now.');
}
