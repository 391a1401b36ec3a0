/** The protocol's times, in milliseconds. */
export interface Times {
  /**
   * How long a lease lasts. Longer than a request can take, so that a lease expires only if its
   * lease holder is stuck or gone.
   */
  readonly leaseMs: number;
  /** How long a request may take, whatever time its function has left. */
  readonly requestMs: number;
  /** How long EKS accepts a signed request: five minutes (AWS Signature Version 4). */
  readonly signatureWindowMs: number;
  /** How long EKS may take to process a request that it has accepted. */
  readonly eksProcessingMs: number;
  /** How long EKS's lists may lag behind its changes. */
  readonly listLagMs: number;
  /** How far the clocks of this process and of EKS may differ. */
  readonly clockErrorMs: number;
  /**
   * How long the result of a finished operation is kept for replays; at least
   * {@link leastRetentionMs}.
   */
  readonly retentionMs: number;
  /** How long a create is retried while EKS does not know the role yet. */
  readonly roleRetryMs: number;
  /**
   * The least time from a request to the expiry that it sets: longer than the longest schedule and
   * clock error.
   */
  readonly leastTimeToExpiryMs: number;
}

/** Times for AWS: an operation can stay in doubt for up to 7 minutes after it began. */
export const defaultTimes: Times = {
  leaseMs: 35_000,
  requestMs: 25_000,
  signatureWindowMs: 300_000,
  eksProcessingMs: 60_000,
  listLagMs: 30_000,
  clockErrorMs: 30_000,
  retentionMs: 7 * 24 * 3_600_000,
  roleRetryMs: 8_000,
  leastTimeToExpiryMs: 5 * 60_000,
};

/**
 * A plan may be applied for 24 hours (`pod-identity apply`), by a clock that may be an hour wrong,
 * as that of the planner: until then, a token that took effect must be known.
 */
export const leastRetentionMs = 26 * 3_600_000;

/** The times of which the in-doubt time consists. */
export type InDoubtTimes = Pick<Times, 'signatureWindowMs' | 'eksProcessingMs' | 'listLagMs' | 'clockErrorMs'>;

/**
 * Until when an operation that began at `startedAt` is in doubt, in milliseconds since the epoch.
 * After this, it can't take effect at EKS any more, and whatever effect it had is visible there.
 */
export function inDoubtUntil(startedAt: number, times: InDoubtTimes): number {
  return startedAt + times.signatureWindowMs + times.eksProcessingMs + times.listLagMs + times.clockErrorMs;
}
