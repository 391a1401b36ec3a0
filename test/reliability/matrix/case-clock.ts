import { AsyncLocalStorage } from 'node:async_hooks';

/** Time as one case of the matrix sees it: the machine's, and as much as the case has let pass. */
export interface CaseClock {
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  /** Runs `work` in this time: whatever it reads of `Date`, also inside of libraries, and after each await. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
}

const skipped = new AsyncLocalStorage<{ ms: number }>();
const RealDate = globalThis.Date;
const realNow = RealDate.now;

/**
 * Makes `Date` read the clock of the case that runs. Minutes pass in an instant, for the gateway, for the SDK that signs
 * with the date, and for libraries that nobody can hand a clock; cases side by side have each their own. Timers keep real
 * time, so a request that is under way while time is skipped is that of a process that was frozen.
 */
export function letCasesHaveTheirTime(): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}

function now(): number {
  return realNow() + (skipped.getStore()?.ms ?? 0);
}

/** A clock that starts at the machine's time. */
export function openCaseClock(): CaseClock {
  const store = { ms: 0 };
  return {
    now: () => realNow() + store.ms,
    advance: (ms) => {
      store.ms += ms;
    },
    run: (work) => skipped.run(store, work),
  };
}
