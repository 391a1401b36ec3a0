import type { LoadedPolicy } from '../policy/load.ts';
import type { Clock } from '../runtime/clock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { makeSteadyClock } from '../runtime/steady-clock.ts';
import type { Log } from '../runtime/log.ts';
import { chooseVersion } from './choose.ts';
import type { ChosenVersion, VersionSource } from './choose.ts';

/** How fresh the live policies are. Milliseconds. */
export interface LiveSettings {
  /**
   * After this time, a request starts a read of the list of policy versions; after twice this time,
   * it waits for the read.
   */
  readonly refreshMs: number;
  /**
   * For how long the last policies are used while the list can't be read. Then no request is
   * answered.
   */
  readonly maxAgeMs: number;
}

/** Half a minute until a version is read; five minutes without DynamoDB. */
export const defaultLiveSettings: LiveSettings = { refreshMs: 30_000, maxAgeMs: 300_000 };

/** What live policies are made of. */
export interface LiveSource<Value> extends VersionSource<Value> {
  readonly settings: LiveSettings;
  /** Milliseconds since the epoch. */
  readonly clock: Clock;
  /** The longest time that a request waits for a read. Milliseconds; 3,000 if not given. */
  readonly waitMs?: number;
}

/** It is not known which policies are in force. */
export class PoliciesUnavailable extends Error {
  constructor(cause: unknown) {
    super('The live policies could not be read.', { cause });
    this.name = 'PoliciesUnavailable';
  }
}

/** The least time between a read that failed and the next one. Milliseconds. */
const retryMs = 1_000;

/**
 * The version in force, and when the read of it began: not when it ended, as Lambda may stop the
 * process in between.
 */
interface Live<Value> extends ChosenVersion<Value> {
  readonly read: Read;
}

/** A read of the list. */
interface Read {
  /** Which one it is, from 1: reads are ordered by it, as a clock can step back. */
  readonly count: number;
  readonly startedAt: number;
  /** How often the clock had stepped back when it began. */
  readonly steps: number;
}

/**
 * Creates a function that gives what follows from the live policies: one immutable value, which a
 * request takes when it begins. A policy version that may not be put in force is refused, and the
 * newest one that may stays in force. Rejects with {@link PoliciesUnavailable} if it is not known
 * what is in force.
 */
export function makeLive<Value>(source: LiveSource<Value>): () => Promise<Value> {
  const { settings, log, waitMs = 3_000 } = source;
  const { refreshMs, maxAgeMs } = settings;
  const choose = chooseVersion(source);
  let live: Live<Value> | null = null;
  const clock = makeSteadyClock(source.clock);
  let reads = 0;
  let reading: (Read & { readonly done: Promise<void> }) | null = null;
  let failure: { readonly cause: unknown; readonly at: number } | null = null;

  const read = async (started: Read): Promise<void> => {
    try {
      const chosen = await choose(live);
      // A read that began earlier may end later.
      if (live !== null && started.count < live.read.count) return;
      logChange(log, live, chosen);
      live = { ...chosen, read: started };
      failure = null;
    } catch (cause) {
      if (failure === null) log('warn', 'The live policies could not be read.', { error: String(cause) });
      failure = { cause, at: clock.now() };
    }
  };

  /** Reads the list, unless it is being read. */
  const refresh = (): Promise<void> => {
    const startedAt = clock.now();
    // A process that was stopped for longer has probably lost the answer.
    if (reading !== null && startedAt - reading.startedAt < waitMs) return reading.done;
    reads += 1;
    const started = { count: reads, startedAt, steps: clock.steps() };
    const done = read(started);
    reading = { ...started, done };
    return done.finally(() => {
      if (reading?.done === done) reading = null;
    });
  };

  const age = () => (live === null ? Infinity : clock.now() - live.read.startedAt);
  /**
   * Whether the clock stepped back since: then the age may be more than it shows, but not by more
   * than the step.
   */
  const isDoubtful = () => live !== null && live.read.steps !== clock.steps();

  return async () => {
    const mayRead = failure === null || clock.now() - failure.at >= retryMs;
    if ((age() > refreshMs || isDoubtful()) && mayRead) {
      // While DynamoDB does not answer, only the first request waits for it, until no policies are
      // left.
      const waits = age() > maxAgeMs || ((age() > 2 * refreshMs || isDoubtful()) && failure === null);
      const done = refresh();
      if (waits) await withDeadline(waitMs, done, () => new Error()).catch(() => undefined);
    }
    if (live === null || age() > maxAgeMs) throw new PoliciesUnavailable(failure?.cause);
    return live.value;
  };
}

function logChange<Value>(log: Log, before: ChosenVersion<Value> | null, after: ChosenVersion<Value>): void {
  const { policy, version } = after;
  const now = {
    ...hashesOf(policy),
    policyVersion: version?.number ?? null,
    publishedAt: version?.publishedAt ?? null,
    publishedBy: version?.publishedBy ?? null,
  };
  if (before === null) {
    log('info', 'Policies loaded.', now);
  } else if (before.version?.number !== version?.number) {
    const earlier = { ...hashesOf(before.policy), policyVersion: before.version?.number ?? null };
    log('info', 'Policies changed.', { ...now, before: earlier });
  }
}

function hashesOf({ policySetHash, inventory }: LoadedPolicy) {
  return { policySetHash, inventoryHash: inventory.hash };
}
