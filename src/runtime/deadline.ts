import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.ts';
import { monotonicMs } from './monotonic.ts';

/**
 * The answer, or the error of `timeoutError` once `leftMs` milliseconds have passed. The call
 * itself goes on and may still have its effect, so the caller must treat the outcome as unknown.
 */
export async function withDeadline<T>(leftMs: number, answer: Promise<T>, timeoutError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError()), Math.max(0, leftMs));
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Until when a request or a run may send anything. It is an abort signal for clients of the AWS
 * SDK, which ask for `aborted` before each attempt, and abort one that is open when it ends.
 */
export interface Deadline extends Pick<AbortSignal, 'addEventListener' | 'removeEventListener'> {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether nothing may be sent any more. */
  readonly aborted: boolean;
  /** The SDK adds listeners instead. */
  readonly onabort: null;
  /**
   * Ends it early: what is answered sends nothing more, also after Lambda stopped the process for
   * minutes.
   */
  readonly end: () => void;
  /** Ends its timer, which would keep all that a call had until the deadline. Aborts nothing. */
  readonly release: () => void;
}

/** The longest time of a timer in Node.js; a longer one would end at once. Milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/** Why requests are aborted: without a reason, each deadline would make an exception with a stack. */
const ended = 'The deadline is over.';

/**
 * Makes the deadline `at`, in milliseconds since the epoch by `clock`. It is over by whichever
 * clock is ahead: the machine's may be set back, and a monotonic one may stand still while Lambda
 * stops the process.
 */
export function makeDeadline(at: number, clock: Clock): Deadline {
  const leftMs = Math.max(0, at - clock());
  const until = monotonicMs() + leftMs;
  const controller = new AbortController();
  const { signal } = controller;
  // Each open call listens.
  setMaxListeners(0, signal);
  const timer = setTimeout(() => controller.abort(ended), Math.min(leftMs, longestTimerMs));
  // It keeps no process alive.
  timer.unref();
  return {
    at,
    get aborted() {
      return signal.aborted || clock() >= at || monotonicMs() >= until;
    },
    onabort: null,
    addEventListener: signal.addEventListener.bind(signal),
    removeEventListener: signal.removeEventListener.bind(signal),
    end: () => {
      clearTimeout(timer);
      controller.abort(ended);
    },
    release: () => clearTimeout(timer),
  };
}

/** Makes a call with a deadline of its own, which is released when the call has ended. */
export function callUntil<T>(at: number, clock: Clock, call: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = makeDeadline(at, clock);
  return call(deadline).finally(deadline.release);
}
