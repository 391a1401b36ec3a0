import type { Retry } from '../../../client/src/client/retry.ts';

/**
 * Keeps changes that run at once from sending while the gateway or EKS asks one of them to wait.
 */
export interface Pace {
  /** Waits until requests may be sent. */
  readonly turn: () => Promise<void>;
  /** Takes in that a request is retried, and why. */
  readonly onRetry: (retry: Retry) => void;
}

/** Reasons that concern one change or role only, so that the others go on. */
const ownReasons: readonly string[] = [
  'The request is in progress.',
  'ASSOCIATION_NOT_FOUND',
  'OPERATION_IN_PROGRESS',
  'ROLE_NOT_FOUND',
  'TRUST_POLICY_INVALID',
];

/**
 * @param clock milliseconds since any time
 * @param sleep waits for milliseconds; ends early when the command is interrupted
 * @param isStopped whether nothing more is sent, so that there is nothing to wait for
 */
export function makePace(
  clock: () => number,
  sleep: (ms: number) => Promise<void>,
  isStopped: () => boolean = () => false,
): Pace {
  let until = -Infinity;
  return {
    turn: async () => {
      for (let rest = until - clock(); rest > 0 && !isStopped(); rest = until - clock()) await sleep(rest);
    },
    onRetry: ({ reason, delayMs }) => {
      if (!ownReasons.includes(reason)) until = Math.max(until, clock() + delayMs);
    },
  };
}
