/** Timers that can be cancelled together. */
export interface Timers {
  readonly wait: (delayMs: number) => Promise<void>;
  /** Cancels all timers: their promises never resolve. */
  readonly clear: () => void;
}

/** Creates a set without timers. */
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
