import { defaultTimes } from '../../../src/idempotency/times.ts';
import { stallAllowanceMs, times } from '../processes/times.ts';

/** What EKS may take longer in a storm than in the process test: two builds start again and again. */
const slowerByMs = 1_500;

/** The times of the gateways of a storm, in milliseconds. */
export const stormTimes = {
  ...defaultTimes,
  leaseMs: times.LEASE_MS,
  requestMs: times.REQUEST_MS,
  signatureWindowMs: times.SIGNATURE_WINDOW_MS,
  eksProcessingMs: times.EKS_PROCESSING_MS + slowerByMs,
  listLagMs: times.LIST_LAG_MS,
  clockErrorMs: times.CLOCK_ERROR_MS,
  roleRetryMs: times.ROLE_RETRY_MS,
  leastLifetimeMs: times.LEAST_LIFETIME_MS,
};

/** Between two rounds of the scheduled functions of a gateway, in milliseconds. */
export const roundIntervalMs = times.RECONCILE_INTERVAL_MS;

/** How long EKS may stand still in a storm, in milliseconds. */
export const stormStallAllowanceMs = stallAllowanceMs + slowerByMs;
