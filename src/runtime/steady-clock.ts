import type { Clock } from './clock.ts';
/** A clock that does not go back. */
export interface SteadyClock {
  /**
   * Milliseconds. Differences of two times are time that passed, or more if the machine's clock
   * stepped forward.
   */
  readonly now: () => number;
  /**
   * How often the machine's clock has stepped back, as far as `now` was called before and after.
   */
  readonly steps: () => number;
}

/**
 * Makes a clock that does not go back of one that may, such as that of a machine whose time is
 * corrected. A step back counts as no time. A monotonic clock of the system is not used: it may
 * stand still while Lambda stops the process.
 */
export function makeSteadyClock(clock: Clock): SteadyClock {
  let [last, added, steps] = [-Infinity, 0, 0];
  const now = () => {
    const read = clock();
    if (read < last) {
      added += last - read;
      steps += 1;
    }
    last = read;
    return read + added;
  };
  return {
    now,
    steps: () => {
      now();
      return steps;
    },
  };
}
