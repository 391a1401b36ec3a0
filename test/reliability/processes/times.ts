/**
 * Timing settings of this run, in milliseconds: an operation stays in doubt for 3.5 seconds. They must work on a busy
 * machine. Signature dates have whole seconds, so a fresh signature can be a second old. Delays by faults must stay
 * within the allowance for EKS (`latestEffectMs`).
 */
export const times = {
  /** Shorter than a request may take, so that active lease holders are superseded too. */
  LEASE_MS: 1_500,
  /** Leaves two seconds for EKS: the gateway reserves four seconds for what follows. */
  REQUEST_MS: 6_000,
  SIGNATURE_WINDOW_MS: 2_000,
  EKS_PROCESSING_MS: 800,
  LIST_LAG_MS: 200,
  CLOCK_ERROR_MS: 500,
  ROLE_RETRY_MS: 0,
  RECONCILE_INTERVAL_MS: 400,
  EXPIRE_INTERVAL_MS: 400,
  LEAST_LIFETIME_MS: 1_000,
} as const;

/** How long an operation stays in doubt. */
export const inDoubtMs = times.SIGNATURE_WINDOW_MS + times.EKS_PROCESSING_MS + times.LIST_LAG_MS + times.CLOCK_ERROR_MS;

/** Range of the lifetimes of associations that end. The longer ones outlast an operation in doubt. */
export const lifetimeMs = { least: 2_000, most: 6_000 };

/** Longest delay of an effect by a fault: well within `EKS_PROCESSING_MS`, because timers can be late. */
export const latestEffectMs = 500;

/**
 * How long EKS may stand still without breaking what the gateways assume of it: the clocks are the
 * same, so the allowance for their error counts as well.
 */
export const stallAllowanceMs = times.EKS_PROCESSING_MS - latestEffectMs + times.CLOCK_ERROR_MS;
