import { defaultTimes, inDoubtUntil } from '../../../src/idempotency/times.ts';
import type { Times } from '../../../src/idempotency/times.ts';

/**
 * Times of this run, in milliseconds: an operation stays in doubt for 3.5 seconds. They must work on a busy
 * machine. Signature dates have whole seconds, so a fresh signature can be a second old. Delays by faults must stay
 * within the allowance for EKS (`latestEffectMs`).
 */
export const times: Times = {
  ...defaultTimes,
  /** Shorter than a request may take, so that active lease holders are superseded too. */
  leaseMs: 1_500,
  /** Leaves two seconds for EKS: the gateway reserves four seconds for what follows. */
  requestMs: 6_000,
  signatureWindowMs: 2_000,
  eksProcessingMs: 800,
  listLagMs: 200,
  clockErrorMs: 500,
  roleRetryMs: 0,
  leastTimeToExpiryMs: 1_000,
};

/** Between two runs of the scheduled functions, in milliseconds. */
export const intervalMs = 400;

/** How long an operation stays in doubt. */
export const inDoubtMs = inDoubtUntil(0, times);

/** Range of the lifetimes of associations that end. The longer ones outlast an operation in doubt. */
export const lifetimeMs = { least: 2_000, most: 6_000 };

/** Longest delay of an effect by a fault: well within `eksProcessingMs`, because timers can be late. */
export const latestEffectMs = 500;

/**
 * How long EKS may stand still without breaking what the gateways assume of it: the clocks are the
 * same, so the allowance for their error counts as well.
 */
export const stallAllowanceMs = times.eksProcessingMs - latestEffectMs + times.clockErrorMs;
