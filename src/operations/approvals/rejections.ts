import type { Approval } from '../../model/approval.ts';

/**
 * How long a rejection counts, and how long a request can't be asked for after the second one, in
 * milliseconds.
 */
const dayMs = 86_400_000;
const waitMs = 3_600_000;

/**
 * When a request was rejected within a day, at most twice, oldest first. `now` is in milliseconds
 * since the epoch.
 */
export function rejectionsWithin(approval: Pick<Approval, 'rejectedAt'> | null, now: number): readonly string[] {
  return (approval?.rejectedAt ?? []).filter((time) => Date.parse(time) > now - dayMs);
}

/** The rejections with one more. */
export function withRejection(approval: Pick<Approval, 'rejectedAt'>, now: number): readonly string[] {
  return [...rejectionsWithin(approval, now), new Date(now).toISOString()].slice(-2);
}

/** How long a request with these rejections can't be asked for, in whole seconds; 0: it can. */
export function rejectionWaitSeconds(rejectedAt: readonly string[], now: number): number {
  const [, second] = rejectedAt;
  if (second === undefined) return 0;
  return Math.max(0, Math.ceil((Date.parse(second) + waitMs - now) / 1_000));
}

/** Why it can't be asked for. */
export function rejectedTwice(rejectedAt: readonly string[]): string {
  const until = new Date(Date.parse(rejectedAt.at(-1) ?? '') + waitMs).toISOString();
  return `The same request was rejected twice within a day (at ${rejectedAt.join(' and ')}), so it can't be asked for until ${until}.`;
}

/** What to do then. */
export const agreeFirst = 'Read why it was rejected, and agree with the approvers; then send the same request again.';
