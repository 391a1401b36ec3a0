import type { Times } from '../../../src/idempotency/times.ts';
import { intervalMs, stallAllowanceMs, times } from '../processes/times.ts';

/** What EKS may take longer in a storm than in the process test: two builds start again and again. */
const slowerByMs = 1_500;

/** The times of the gateways of a storm, in milliseconds. */
export const stormTimes: Times = { ...times, eksProcessingMs: times.eksProcessingMs + slowerByMs };

/** Between two rounds of the scheduled functions of a gateway, in milliseconds. */
export const roundIntervalMs = intervalMs;

/** How long EKS may stand still in a storm, in milliseconds. */
export const stormStallAllowanceMs = stallAllowanceMs + slowerByMs;
