import type * as fc from 'fast-check';
import type { AuthorizationContext } from './model.ts';
import type { Faults } from './story.ts';

/** One execution of a call or of the reconciler. It goes on only when the scheduler gives it a turn. */
export interface Process {
  readonly context: AuthorizationContext;
  readonly faults: Faults;
  /** `gone` for ever: nothing of it runs again. `frozen` until it is thawed, however late. */
  state: 'working' | 'frozen' | 'gone' | 'over';
  /** Turns that wait for the thaw. */
  parked: (() => void)[];
  /** How many writes it has sent to the ledger. */
  writes: number;
  isEksFaultTaken: boolean;
}

interface Timer {
  readonly process: Process | null;
  readonly at: number;
  readonly run: () => void;
}

export type Processes = ReturnType<typeof createProcesses>;

/** Taken before anything stands in for it: what has run until here leaves nothing to do but the next turn. */
const realImmediate = globalThis.setImmediate;
const settled = () => new Promise<void>((resolve) => realImmediate(resolve));

/**
 * Who is at work, and who goes on next. A process stops before each call to a port and again before its answer; there it
 * can be crashed or frozen, and there the scheduler chooses.
 */
export function createProcesses(scheduler: fc.Scheduler, now: () => number) {
  const all: Process[] = [];
  const timers = new Set<Timer>();
  let current: Process | null = null;
  let isStraight = false;

  function enqueue(process: Process, go: () => void): void {
    const goOn = () => {
      if (process.state === 'frozen') process.parked.push(go);
      else if (process.state !== 'gone') go();
    };
    if (isStraight || process.state === 'frozen') goOn();
    else void scheduler.schedule(ready).then(goOn);
  }

  /** Comes when the scheduler chooses the process; never, once that is gone. */
  const turn = (process: Process) => new Promise<void>((go) => enqueue(process, go));

  /** A call to a port: a turn until it takes effect there, and another until the process has the answer. */
  async function port<T>(process: Process, effect: () => Promise<T>): Promise<T> {
    // Whoever calls a port may set a timer in the same breath.
    current = process;
    await turn(process);
    try {
      return await effect();
    } finally {
      await turn(process);
    }
  }

  /** Timers whose time has come go off, but not in a process that is frozen or gone. */
  async function ring(): Promise<void> {
    for (const timer of timers) {
      if (timer.at > now() || timer.process?.state === 'frozen') continue;
      timers.delete(timer);
      if (timer.process?.state !== 'gone') timer.run();
    }
    await settled();
  }

  function strike(who: number, state: 'gone' | 'frozen'): Process | undefined {
    const process = chosen(all, 'working', who);
    if (process) process.state = state;
    return process;
  }

  return {
    all,
    port,
    ring,
    /** Lets the scheduler give so many turns, or fewer where nobody waits for one. */
    async go(turns: number): Promise<void> {
      await ring();
      for (let given = 0; given < turns && scheduler.count() > 0; given += 1) {
        await scheduler.waitNext(1);
        await ring();
      }
    },
    /** Ends a process at work, the `who`th of them: nothing of it ever runs again. */
    crash: (who: number) => strike(who, 'gone'),
    /** Stops a process at work until it is thawed. */
    freeze: (who: number) => strike(who, 'frozen'),
    /** Lets a frozen process go on. What has come in meanwhile, Node hands over before the timers that are due. */
    async thaw(who: number): Promise<Process | undefined> {
      const process = chosen(all, 'frozen', who);
      if (!process) return undefined;
      process.state = 'working';
      for (const go of process.parked.splice(0)) go();
      await settled();
      return process;
    },
    /** From now on every call to a port takes effect and is answered at once. */
    goStraight(): void {
      isStraight = true;
    },
    /** Puts the story's time in place of the machine's, for `setTimeout`; gives what puts it back. */
    standInForTimers(): () => void {
      const { setTimeout, clearTimeout } = globalThis;
      const set = (run: () => void, ms = 0) => {
        const timer: Timer = { process: isStraight ? null : current, at: now() + ms, run };
        timers.add(timer);
        return timer;
      };
      Object.assign(globalThis, { setTimeout: set, clearTimeout: (timer: Timer) => timers.delete(timer) });
      return () => void Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}

const ready = Promise.resolve();

function chosen(all: readonly Process[], state: Process['state'], who: number): Process | undefined {
  const those = all.filter((process) => process.state === state);
  return those[who % those.length];
}
