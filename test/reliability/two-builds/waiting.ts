import { setTimeout as sleep } from 'node:timers/promises';

/** A storm that proves nothing: the machine was too slow for what it had to reach, or for what is assumed of EKS. */
export class Inconclusive extends Error {}

/** Waits for a condition until the time of the whole storm is over. Throws {@link Inconclusive} then. */
export type WaitFor = (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>;

/** Between two looks at a condition, in milliseconds. */
const intervalMs = 100;

/** `stormMs`: the time of the storm, from now on. What waits fails once `signal` aborts. */
export function waitsUntil(stormMs: number, signal: AbortSignal): WaitFor {
  const end = performance.now() + stormMs;
  return async (what, condition) => {
    while (!(await condition())) {
      signal.throwIfAborted();
      if (performance.now() > end) throw new Inconclusive(`Not reached within ${stormMs} ms: ${what}.`);
      await sleep(intervalMs);
    }
  };
}
