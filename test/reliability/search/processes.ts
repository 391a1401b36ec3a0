import type * as fc from 'fast-check';
import type { Attempt } from './model-state.ts';
import type { Faults } from './scenario.ts';

/** One run of a request or of the reconciler. It continues only when the scheduler gives it a turn. */
export interface Process {
  readonly attempt: Attempt;
  readonly faults: Faults;
  /** Whether it runs to its end at once, without taking turns. */
  readonly isWhole: boolean;
  /** `crashed`: it never runs again. `frozen`: until it resumes, however late. */
  state: 'running' | 'frozen' | 'crashed' | 'finished';
  /** Turns that wait until the process resumes. */
  waitingTurns: (() => void)[];
  /** Number of ledger writes so far. */
  writes: number;
  isEksFaultTaken: boolean;
}

interface Timer {
  readonly process: Process | null;
  readonly at: number;
  readonly run: () => unknown;
}

/** The processes of a scenario. */
export type Processes = ReturnType<typeof makeProcesses>;

/** The real `setImmediate`: once it fires, nothing is left to do but the next turn. */
const realImmediate = globalThis.setImmediate;
const microtasksDone = () => new Promise<void>((resolve) => realImmediate(resolve));

/**
 * The processes and their scheduling. A process waits before each port call and again before the result; there it can
 * be crashed or frozen, and there the scheduler chooses.
 */
export function makeProcesses(scheduler: fc.Scheduler, now: () => number) {
  const all: Process[] = [];
  const timers = new Set<Timer>();
  let current: Process | null = null;
  let isUnscheduled = false;

  function enqueue(process: Process, go: () => void): void {
    const goOn = () => {
      if (process.state === 'frozen') process.waitingTurns.push(go);
      else if (process.state !== 'crashed') go();
    };
    if (isUnscheduled || process.isWhole || process.state === 'frozen') goOn();
    else void scheduler.schedule(ready).then(goOn);
  }

  /** Resolves when the scheduler chooses the process; never for a crashed process. */
  const turn = (process: Process) => new Promise<void>((go) => enqueue(process, go));

  /** A port call: one turn until it takes effect, and one until the process gets the result. */
  async function port<T>(process: Process, effect: () => Promise<T>): Promise<T> {
    // A process may set a timer in the same turn as the port call.
    current = process;
    await turn(process);
    try {
      return await effect();
    } finally {
      await turn(process);
    }
  }

  /** Fires the timers that are due, except those of frozen or crashed processes. */
  async function fireTimers(): Promise<void> {
    for (const timer of timers) {
      if (timer.at > now() || timer.process?.state === 'frozen') continue;
      timers.delete(timer);
      if (timer.process?.state !== 'crashed') await timer.run();
    }
    await microtasksDone();
  }

  function stop(index: number, state: 'crashed' | 'frozen'): Process | undefined {
    const process = chosen(all, 'running', index);
    if (process) process.state = state;
    return process;
  }

  return {
    all,
    port,
    fireTimers,
    /** Gives this many turns, or fewer if no process waits. */
    async go(turns: number): Promise<void> {
      await fireTimers();
      for (let given = 0; given < turns && scheduler.count() > 0; given += 1) {
        await scheduler.waitNext(1);
        await fireTimers();
      }
    },
    /** Crashes a running process: it never runs again. */
    crash: (index: number) => stop(index, 'crashed'),
    /** Freezes a running process until it resumes. */
    freeze: (index: number) => stop(index, 'frozen'),
    /** Resumes a frozen process. Node.js delivers pending results before the timers that are due. */
    async resume(index: number): Promise<Process | undefined> {
      const process = chosen(all, 'frozen', index);
      if (!process) return undefined;
      process.state = 'running';
      for (const go of process.waitingTurns.splice(0)) go();
      await microtasksDone();
      return process;
    },
    /** From now on every port call takes effect and returns immediately. */
    runUnscheduled(): void {
      isUnscheduled = true;
    },
    /** Runs this at a later time, whatever becomes of the process that caused it. */
    later(ms: number, run: () => Promise<unknown>): void {
      timers.add({ process: null, at: now() + ms, run });
    },
    /** Replaces `setTimeout` by one that uses the scenario's clock; returns a function that restores it. */
    replaceTimers(): () => void {
      const { setTimeout, clearTimeout } = globalThis;
      const set = (run: () => void, ms = 0) => {
        const timer: Timer = { process: isUnscheduled ? null : current, at: now() + ms, run };
        timers.add(timer);
        return timer;
      };
      Object.assign(globalThis, { setTimeout: set, clearTimeout: (timer: Timer) => timers.delete(timer) });
      return () => void Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}

const ready = Promise.resolve();

function chosen(all: readonly Process[], state: Process['state'], index: number): Process | undefined {
  const matching = all.filter((process) => process.state === state);
  return matching[index % matching.length];
}
