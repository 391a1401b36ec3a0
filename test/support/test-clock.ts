/** A clock that a test sets forward, so that it does not wait. */
export interface TestClock {
  /** Milliseconds since the epoch: the time of the machine, and what the test has skipped. */
  readonly now: () => number;
  readonly skip: (ms: number) => void;
}

/** A clock that shows the time of the machine until a test sets it forward; a stopped one shows when it was made, and what the test has skipped. */
export function makeClock({ isStopped = false } = {}): TestClock {
  const madeAt = Date.now();
  let skippedMs = 0;
  return {
    now: () => (isStopped ? madeAt : Date.now()) + skippedMs,
    skip: (ms) => {
      skippedMs += ms;
    },
  };
}
