import { AsyncLocalStorage } from 'node:async_hooks';

/** The clock of one matrix case: real time plus the time that the case has skipped. */
export interface CaseClock {
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  /**
   * Runs `work` with this clock, or one that is `aheadMs` milliseconds ahead: every read of `Date` uses it, also inside libraries and after
   * each await.
   */
  readonly run: <T>(work: () => Promise<T>, aheadMs?: number) => Promise<T>;
}

const skipped = new AsyncLocalStorage<{ readonly ms: number }>();
const RealDate = globalThis.Date;
const realNow = RealDate.now;

/**
 * Makes `Date` read the clock of the running case. Minutes pass instantly for the gateway, for the SDK's request
 * signing and for libraries that accept no clock. Concurrent cases have separate clocks. Timers keep real time, so a
 * request that is under way during a skip behaves like one of a frozen process.
 */
export function installCaseClock(): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}

function now(): number {
  return realNow() + (skipped.getStore()?.ms ?? 0);
}

/** Creates a clock that starts at the machine's time. */
export function openCaseClock(): CaseClock {
  const store = { ms: 0 };
  return {
    now: () => realNow() + store.ms,
    advance: (ms) => {
      store.ms += ms;
    },
    run: (work, aheadMs = 0) => {
      const ahead = {
        get ms() {
          return store.ms + aheadMs;
        },
      };
      return skipped.run(ahead, work);
    },
  };
}
