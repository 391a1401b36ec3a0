/** An effect that EKS applies later, at a time in milliseconds since the epoch. */
export interface DueEffect {
  readonly at: number;
  readonly run: () => void;
}

/** The clock of a scenario. It moves only when it is advanced. */
export function createScenarioClock() {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    /** Advances the clock, and runs each due effect at its time. `due` is sorted by time. */
    advance(ms: number, due: DueEffect[]): void {
      const end = now + ms;
      for (let next = due[0]; next && next.at <= end; next = due[0]) {
        due.shift();
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
}
