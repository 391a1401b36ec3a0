import { durationMs } from '../aws/duration.ts';
import type { BindingSettings } from './declaration.ts';

/** When an association was created and expires, as it was observed. RFC 3339. */
export interface ObservedExpiry {
  readonly createdAt: string;
  /** Null if it does not expire. */
  readonly expiresAt: string | null;
}

/** What a declaration changes of an expiry. */
export type PlannedExpiry =
  /**
   * It says nothing of it, or it is as it says: then an update repeats it, because policy can demand
   * an expiry of each update. Null: nothing is repeated.
   */
  | { readonly kind: 'kept'; readonly repeated: string | null }
  /** RFC 3339, UTC; null: it does not expire any more. */
  | { readonly kind: 'set'; readonly expiresAt: string | null }
  /** Too late to be set. */
  | { readonly kind: 'over'; readonly expiresAt: string };

/** The gateway sets no expiry that is nearer. */
const minimumMs = 5 * 60_000;
const maxToleranceMs = 3_600_000;

const kept: PlannedExpiry = { kind: 'kept', repeated: null };

/**
 * What to change so that an association expires as its binding says. `expiresAfter` counts from the
 * creation at EKS; a create can only set it from now. So a difference of a tenth of the duration, at
 * most an hour, is none.
 *
 * @param existing null for an association to create
 * @param now milliseconds since the epoch
 */
export function plannedExpiry(
  { expiresAt, expiresAfter }: Pick<BindingSettings, 'expiresAt' | 'expiresAfter'>,
  existing: ObservedExpiry | null,
  now: number,
): PlannedExpiry {
  const present = existing?.expiresAt ?? null;
  if (expiresAt === 'never') return present === null ? kept : { kind: 'set', expiresAt: null };
  if (expiresAt === null && expiresAfter === null) return kept;
  const durationOf = expiresAfter === null ? 0 : durationMs(expiresAfter);
  const from = existing === null ? now : Date.parse(existing.createdAt);
  const wanted = expiresAt === null ? from + durationOf : Date.parse(expiresAt);
  const tolerance = Math.min(durationOf / 10, maxToleranceMs);
  const earliest = now + minimumMs;
  if (present !== null && Math.abs(Date.parse(present) - wanted) <= tolerance) {
    return { kind: 'kept', repeated: Date.parse(present) < earliest ? null : present };
  }
  const text = new Date(wanted).toISOString();
  return wanted < earliest ? { kind: 'over', expiresAt: text } : { kind: 'set', expiresAt: text };
}

/** What is wrong with the expiry of a binding that has the form of the schema; null if nothing. */
export function expiryProblem({ expiresAt, expiresAfter }: BindingSettings): string | null {
  if (expiresAt !== null && expiresAfter !== null) return 'A binding has expiresAt or expiresAfter, not both.';
  if (expiresAt === null || expiresAt === 'never' || !Number.isNaN(Date.parse(expiresAt))) return null;
  return `expiresAt is not a time that exists: ${JSON.stringify(expiresAt)}.`;
}
