import type { CallerAnswer, VoteAnswer } from '../facts.ts';
import { noAnswer, noVote, sendRequest, sendVote } from './request.ts';
import type { CaseRequest } from './case-request.ts';
import type { CaseClock } from './case-clock.ts';
import type { Implementation, Process } from './implementation.ts';
import { openWireProxy } from './wire-proxy.ts';
import type { OnStep, Plan, WireProxy } from './wire-proxy.ts';
import type { Backend } from './backend.ts';

/** A process and its network proxy. */
export interface RunningProcess {
  readonly proxy: WireProxy;
  readonly process: Process;
  readonly plan: Plan | null;
  /** Runs `work` with the clock of the process. */
  readonly inClock: <T>(work: () => Promise<T>) => Promise<T>;
  /** How far its clock is ahead, in milliseconds. */
  readonly aheadMs: number;
}

/** The processes of a case and the answers they gave. */
export interface Environment {
  readonly answers: readonly CallerAnswer[];
  readonly votes: readonly VoteAnswer[];
  /** Starts the process of the flow, with a planned fault, or none. */
  readonly startFlow: (plan: Plan | null, onStep?: OnStep) => Promise<RunningProcess>;
  /** Starts another process. */
  readonly start: (plan: Plan | null) => Promise<RunningProcess>;
  /** Sends a request to a process and waits until it has answered, timed out or crashed. */
  readonly request: (running: RunningProcess, request: CaseRequest) => Promise<void>;
  /** Sends an approver's vote for an approval, as a request. */
  readonly vote: (running: RunningProcess, publicId: string) => Promise<void>;
  /** Runs the reconciler once, if the implementation has one. */
  readonly reconcile: (running: RunningProcess) => Promise<void>;
  /** Runs one scan, or one run of expiries, if the implementation has it. */
  readonly scan: (running: RunningProcess) => Promise<void>;
  readonly expire: (running: RunningProcess) => Promise<void>;
  /** Erases personal data once, as a command, if the implementation has it. */
  readonly erase: (running: RunningProcess) => Promise<void>;
  /** The personal data of entries before erasures, by id of the entry. */
  readonly personal: ReadonlyMap<string, string>;
  /** Whether the machine was so busy that a real call timed out without a fault, or that anything took too long. */
  readonly isStarved: () => boolean;
  /** What processes but commands, which have no deadline, sent after their deadlines, or wrote with a wrong clock. */
  readonly sentLate: () => string[];
  /** How far the clock was ahead by which an audit entry was made, in milliseconds. */
  readonly aheadOf: (entryId: string) => number;
  /** Whether every planned fault was injected. */
  readonly allInjected: () => boolean;
  readonly close: () => Promise<void>;
}

/** Time limit of a request as in Lambda, and a shorter one for faults that end in a timeout anyway. Milliseconds. */
const functionMs = 20_000;
const shortWaitMs = 8_000;
/** Of a desired state: more, as it keeps time back from its reads. */
const shortWaitOfDesiredMs = 12_000;

/** Longer than anything takes that meets no fault, if the machine is not too busy. Milliseconds. */
const busyMs = 10_000;

/** Creates the environment of a case, without processes. The clocks of all but the flow's process are `secondClockMs` ahead. */
export function openEnvironment(
  implementation: Implementation,
  backend: Backend,
  clock: CaseClock,
  secondClockMs: number,
): Environment {
  const started: RunningProcess[] = [];
  const answers: CallerAnswer[] = [];
  const votes: VoteAnswer[] = [];
  const commands = new Set<RunningProcess>();
  const personal = new Map<string, string>();
  let isLate = false;
  /** Runs `work`, and notes if it took too long without a fault. */
  const timed = async <T>({ proxy }: RunningProcess, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work();
    if (performance.now() - startedAt > busyMs && !proxy.wasInjected()) isLate = true;
    return result;
  };
  /** Runs a scheduled function once, if there is one. */
  const runOnce = (running: RunningProcess, work: (() => Promise<void>) | null) =>
    timed(running, async () => {
      await unlessCrashed(
        running,
        running.inClock(() => work?.() ?? Promise.resolve()).catch(() => undefined),
      );
    });
  /** The answer to what `send` sends, with a time limit; null if none arrived, because the process crashed or timed out. */
  const answerOf = async <Answer>(
    running: RunningProcess,
    send: (forMs: number) => Promise<Answer>,
    hasArrived: (answer: Answer) => boolean,
    shortMs = shortWaitMs,
  ): Promise<Answer | null> => {
    const fault = running.plan?.fault;
    const forMs = fault?.answer === 'silence' && !fault.crashes ? shortMs : functionMs;
    const answered = await timed(running, () => unlessCrashed(running, send(forMs)));
    // Lambda ends a process that does not answer in time.
    if (answered !== null && !hasArrived(answered)) {
      running.proxy.kill();
      if (!fault) isLate = true;
    }
    return answered;
  };
  const start = async (plan: Plan | null, aheadMs: number, onStep?: OnStep) => {
    const proxy = await openWireProxy(backend, plan, clock.now, onStep);
    const process = implementation.start(proxy.url, backend.tables);
    const running: RunningProcess = {
      ...{ proxy, process, plan, aheadMs },
      inClock: (work) => clock.run(work, aheadMs),
    };
    started.push(running);
    return running;
  };
  return {
    answers,
    votes,
    personal,
    startFlow: (plan, onStep) => start(plan, 0, onStep),
    start: (plan) => start(plan, secondClockMs),
    request: async (running, request) => {
      const startedAt = clock.now();
      const answered = await answerOf(
        running,
        (forMs) => running.inClock(() => sendRequest(running.process, request, forMs)),
        ({ status }) => status !== 'NONE',
        request.ensures && shortWaitOfDesiredMs,
      );
      answers.push({ ...(answered ?? noAnswer(request)), startedAt, answeredAt: clock.now() });
    },
    vote: async (running, publicId) => {
      const answered = await answerOf(
        running,
        (forMs) => running.inClock(() => sendVote(running.process, publicId, forMs)),
        ({ httpStatus }) => httpStatus !== null,
      );
      votes.push(answered ?? noVote(publicId));
    },
    reconcile: async (running) => {
      // The next run does what this run could not.
      await runOnce(running, running.process.reconcile);
    },
    scan: async (running) => {
      // The next scan finds what this one could not.
      await runOnce(running, running.process.scan);
    },
    expire: async (running) => {
      // The next run ends what this one could not.
      await runOnce(running, running.process.expire);
    },
    erase: async (running) => {
      commands.add(running);
      for (const { entryId, personal: text } of await backend.items('audit'))
        if (typeof text === 'string') personal.set(String(entryId), text);
      // The next command erases what this one could not.
      await runOnce(running, running.process.erase);
    },
    isStarved: () => isLate || started.some(({ proxy }) => proxy.hasTimedOut()),
    sentLate: () => started.filter((one) => !commands.has(one)).flatMap(({ proxy }) => proxy.sentLate),
    aheadOf: (entryId) => started.find(({ proxy }) => proxy.entryIds.has(entryId))?.aheadMs ?? 0,
    allInjected: () => started.every(({ plan, proxy }) => plan === null || proxy.wasInjected()),
    close: async () => {
      for (const { proxy, process } of started) {
        process.close();
        await proxy.close();
      }
    },
  };
}

/** Waits for the result of a process; null if the process crashes before. */
async function unlessCrashed<T>({ proxy, plan }: RunningProcess, work: Promise<T>): Promise<T | null> {
  if (!plan?.fault.crashes) return work;
  const result = await Promise.race([work, proxy.faultReached]);
  // The work may have finished without reaching the fault.
  return proxy.hasReachedFault() ? null : (result as T);
}
