import { delayOf } from './cache.ts';

/** Keys that are due now or later; each is processed by one worker at a time. */
export interface Queue {
  /** Makes a key due after some time, unless it is due earlier. */
  readonly add: (key: string, delayMs?: number) => void;
  readonly size: () => number;
  /** Begins to process what is due. */
  readonly start: () => void;
  /** Takes no further keys, and resolves when those in work are done. */
  readonly stop: () => Promise<void>;
}

/** How keys are processed. */
export interface QueueSettings {
  readonly workers: number;
  /** Resolves to the milliseconds until the key is due again; null: not by itself. */
  readonly process: (key: string) => Promise<number | null>;
  readonly onError: (key: string, error: unknown) => void;
  /** Longest time until a key that failed is processed again. Milliseconds. */
  readonly maxDelayMs: number;
}

/** Processes keys; a key that is added while it is in work is processed again. */
export function makeQueue({ workers, process, onError, maxDelayMs }: QueueSettings): Queue {
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  const ready = new Set<string>();
  const working = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  let state: 'new' | 'running' | 'stopped' = 'new';

  const add = (key: string, delayMs = 0) => {
    const at = performance.now() + delayMs;
    const before = timers.get(key);
    if (state === 'stopped' || (before && before.at <= at)) return;
    clearTimeout(before?.timer);
    const makeReady = () => {
      timers.delete(key);
      ready.add(key);
      startWork();
    };
    timers.set(key, { at, timer: setTimeout(makeReady, delayMs) });
  };

  function startWork(): void {
    for (const key of ready) {
      if (state !== 'running' || working.size >= workers) return;
      if (working.has(key)) continue;
      ready.delete(key);
      working.set(key, work(key));
    }
  }

  async function work(key: string): Promise<void> {
    try {
      const dueMs = await process(key);
      failures.delete(key);
      if (dueMs !== null) add(key, dueMs);
    } catch (error) {
      onError(key, error);
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      add(key, delayOf(count, maxDelayMs));
    }
    working.delete(key);
    startWork();
  }

  return {
    add,
    size: () => ready.size + working.size,
    start: () => {
      state = 'running';
      startWork();
    },
    stop: async () => {
      state = 'stopped';
      for (const { timer } of timers.values()) clearTimeout(timer);
      await Promise.all(working.values());
    },
  };
}
