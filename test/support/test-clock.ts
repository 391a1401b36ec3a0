/** A clock that a test sets forward, so that it does not wait. */
export interface TestClock {
  /** Milliseconds since the epoch: the time of the machine, and what the test has skipped. */
  readonly now: () => number;
  readonly skip: (ms: number) => void;
}

/** A clock that shows the time of the machine until a test sets it forward. */
export function makeClock(): TestClock {
  let skippedMs = 0;
  return {
    now: () => Date.now() + skippedMs,
    skip: (ms) => {
      skippedMs += ms;
    },
  };
}
