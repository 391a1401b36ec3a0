/** Runs a task when one of a number of slots is free: first in, first out. */
export type RunInSlot = <T>(task: () => Promise<T>) => Promise<T>;

/** Creates a {@link RunInSlot} that runs at most `count` tasks at the same time. */
export function makeSlots(count: number): RunInSlot {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (task) => {
    if (running < count) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // A finished task hands its slot to the one that has waited longest.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
