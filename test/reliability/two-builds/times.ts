import type { Times } from '../../../src/idempotency/times.ts';
import { intervalMs, stallAllowanceMs, times } from '../processes/times.ts';

/** What EKS may take longer in a storm than in the process test: two builds start again and again. */
const slowerByMs = 1_500;

/**
 * The times of the gateways of a storm, in milliseconds. `slowness` is 1 or more: where a request
 * takes longer than a lease each time, gateways only take over from one another.
 */
export const stormTimes = (slowness: number): Times => ({
  ...times,
  leaseMs: times.leaseMs * slowness,
  requestMs: times.requestMs * slowness,
  eksProcessingMs: times.eksProcessingMs + slowerByMs,
});

/** How slow a machine is on which a gateway takes so long to start, in milliseconds. */
export function slownessOf(startMs: number): number {
  return Math.round(Math.min(Math.max(startMs / usualStartMs, 1), mostSlowness));
}

/** Twice the time on a machine with two processors that does nothing else. */
const usualStartMs = 1_500;

const mostSlowness = 6;

/** The least time between two rounds of the scheduled functions of a gateway, in milliseconds. */
export const roundIntervalMs = intervalMs;

/** How long EKS may stand still in a storm, in milliseconds. */
export const stormStallAllowanceMs = stallAllowanceMs + slowerByMs;
