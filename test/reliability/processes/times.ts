/**
 * The protocol's times in this run, by the variables of the gateway, in milliseconds: a doubt is over 3.5 seconds after an
 * operation began. They must hold on a busy machine. A signature's date has whole seconds, so a fresh one can be a second
 * old; and what a fault delays must come within the allowance for EKS (`latestEffectMs`).
 */
export const times = {
  /** Shorter than what a request may take, so that holders at work are overtaken as well. */
  LEASE_MS: 1_500,
  /** Leaves EKS two seconds: the gateway keeps four of a request for what comes after. */
  REQUEST_MS: 6_000,
  SIGNATURE_WINDOW_MS: 2_000,
  EKS_PROCESSING_MS: 800,
  LIST_LAG_MS: 200,
  CLOCK_ERROR_MS: 500,
  ROLE_RETRY_MS: 0,
  RECONCILE_INTERVAL_MS: 400,
} as const;

/** After how long nothing of an operation can still happen. */
export const quietMs = times.SIGNATURE_WINDOW_MS + times.EKS_PROCESSING_MS + times.LIST_LAG_MS + times.CLOCK_ERROR_MS;

/** The latest that a fault lets an accepted request take effect: well within `EKS_PROCESSING_MS`, as timers can be late. */
export const latestEffectMs = 500;
