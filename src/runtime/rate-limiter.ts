import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { makeSlots } from './slots.ts';

/** How fast tasks may run. */
export interface RateLimits {
  /** How many tasks may run at the same time. */
  readonly concurrency: number;
  /** How many tasks may start within any one second. */
  readonly perSecond: number;
}

/** Until when a task may start, and whether it is still needed when its turn comes. */
interface TaskBounds {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly isNeeded: () => boolean;
}

/** Runs tasks no faster than its limits. */
export interface RateLimiter {
  /** The task's result; null if it was not started, because it was too late or no longer needed. */
  readonly run: <T>(task: () => Promise<T>, bounds: TaskBounds) => Promise<T | null>;
  /** The least time in milliseconds that this many tasks take when no others are running. */
  readonly leastMs: (tasks: number) => number;
}

const second = 1_000;

/**
 * Creates a rate limiter. `clock` returns milliseconds since the epoch; `wait` resolves after so
 * many milliseconds.
 */
export function makeRateLimiter(
  { concurrency, perSecond }: RateLimits,
  clock: Clock,
  wait: (ms: number) => Promise<unknown> = sleep,
): RateLimiter {
  const runInSlot = makeSlots(concurrency);
  /** Start times of the latest tasks, at most `perSecond` of them. */
  const starts: number[] = [];
  /** Reserves a start time for the next task; null when the earliest one is past the deadline. */
  const reserve = (deadline: number): number | null => {
    const now = clock();
    const oldest = starts.length < perSecond ? undefined : starts[0];
    const at = oldest === undefined ? now : Math.max(now, oldest + second);
    if (at >= deadline) return null;
    starts.push(at);
    if (starts.length > perSecond) starts.shift();
    return at;
  };

  return {
    run: (task, { deadline, isNeeded }) =>
      runInSlot(async () => {
        const at = isNeeded() ? reserve(deadline) : null;
        if (at === null) return null;
        const waitMs = at - clock();
        if (waitMs > 0) await wait(waitMs);
        return isNeeded() ? await task() : null;
      }),
    leastMs: (tasks) => Math.floor(Math.max(0, tasks - 1) / perSecond) * second,
  };
}
