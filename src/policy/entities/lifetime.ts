import type { CedarValueJson } from '../cedar/cedar.ts';

const hourMs = 3_600_000;

/**
 * The attribute of the context with the hours until an expiry, none without one. Rounded up, so
 * that a rule with a limit permits no more; 0 at a repetition after the expiry.
 *
 * @param expiresAt RFC 3339
 * @param now milliseconds since the epoch
 */
export function lifetime(expiresAt: string | null | undefined, now: number): Record<string, CedarValueJson> {
  return expiresAt ? { lifetimeHours: Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / hourMs)) } : {};
}
