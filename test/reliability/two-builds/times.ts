import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { Times } from '../../../src/idempotency/times.ts';
import { stallAllowanceMs, times } from '../processes/times.ts';

/** What EKS may take longer in a storm than in the process test: two builds start again and again. */
const slowerByMs = 1_500;

/**
 * The times of the gateways of a storm, in milliseconds. `slowness` is 1 or more: where a request
 * takes longer than a lease each time, gateways only take over from one another.
 */
export const stormTimes = (slowness: number): Times => ({
  ...defaultTimes,
  leaseMs: times.LEASE_MS * slowness,
  requestMs: times.REQUEST_MS * slowness,
  signatureWindowMs: times.SIGNATURE_WINDOW_MS,
  eksProcessingMs: times.EKS_PROCESSING_MS + slowerByMs,
  listLagMs: times.LIST_LAG_MS,
  clockErrorMs: times.CLOCK_ERROR_MS,
  roleRetryMs: times.ROLE_RETRY_MS,
  leastLifetimeMs: times.LEAST_LIFETIME_MS,
});

/** How slow a machine is on which a gateway takes so long to start, in milliseconds. */
export function slownessOf(startMs: number): number {
  return Math.round(Math.min(Math.max(startMs / usualStartMs, 1), mostSlowness));
}

/** Twice the time on a machine with two processors that does nothing else. */
const usualStartMs = 1_500;

const mostSlowness = 6;

/** The least time between two rounds of the scheduled functions of a gateway, in milliseconds. */
export const roundIntervalMs = times.RECONCILE_INTERVAL_MS;

/** How long EKS may stand still in a storm, in milliseconds. */
export const stormStallAllowanceMs = stallAllowanceMs + slowerByMs;
