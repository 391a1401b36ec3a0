/** Waits that end together. */
export interface Timers {
  readonly wait: (delayMs: number) => Promise<void>;
  /** Drops every wait: what would have come after it never happens. */
  readonly clear: () => void;
}

/** Starts with no waits. */
export function openTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    wait: (delayMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          running.delete(timer);
          resolve();
        }, delayMs);
        running.add(timer);
      }),
    clear: () => {
      running.forEach((timer) => clearTimeout(timer));
      running.clear();
    },
  };
}
