import { setTimeout as sleep } from 'node:timers/promises';

/** How fast EKS may be asked for the details of what its list tells. */
export interface DescribeLimits {
  /** How many describes may be under way at once, in this process. */
  readonly describeConcurrency: number;
  /** How many describes may begin within any one second, in this process. Retries of the SDK come on top. */
  readonly describesPerSecond: number;
}

/** Fast enough for the pages that people read, and slow enough that other users of the account's EKS API are not throttled. */
export const defaultDescribeLimits: DescribeLimits = { describeConcurrency: 8, describesPerSecond: 20 };

/** Until when a task may begin, and whether it is still wanted when its turn comes. */
export interface TaskBounds {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly isWanted: () => boolean;
}

/** Runs tasks no faster than allowed. */
export interface RateLimiter {
  /** What the task gives, in its turn; null when it was not begun: too late, or not wanted any more. */
  readonly run: <T>(task: () => Promise<T>, bounds: TaskBounds) => Promise<T | null>;
  /** How long so many tasks take at least, in milliseconds, were nothing else under way. */
  readonly leastMs: (tasks: number) => number;
}

/** A pace of its own. The clock gives milliseconds since the epoch. */
export function createRateLimiter(
  { describeConcurrency, describesPerSecond }: DescribeLimits,
  clock: () => number,
): RateLimiter {
  const waiting: (() => void)[] = [];
  /** When the last tasks began, as many as may begin within a second. */
  const begun: number[] = [];
  let running = 0;

  const enter = async () => {
    if (running < describeConcurrency) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  // The place goes straight to the one who waits longest.
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  /** When the next task may begin; from then on it counts as begun. Null when that is too late. */
  const reserve = (deadline: number): number | null => {
    const now = clock();
    const oldest = begun.length < describesPerSecond ? undefined : begun[0];
    const at = oldest === undefined ? now : Math.max(now, oldest + second);
    if (at >= deadline) return null;
    begun.push(at);
    if (begun.length > describesPerSecond) begun.shift();
    return at;
  };

  return {
    run: async (task, { deadline, isWanted }) => {
      await enter();
      try {
        const at = isWanted() ? reserve(deadline) : null;
        if (at === null) return null;
        const waitMs = at - clock();
        if (waitMs > 0) await sleep(waitMs);
        return isWanted() ? await task() : null;
      } finally {
        leave();
      }
    },
    leastMs: (tasks) => Math.floor(Math.max(0, tasks - 1) / describesPerSecond) * second,
  };
}

const second = 1_000;
