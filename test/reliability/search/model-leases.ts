import { scanMs, times } from './home.ts';
import type { ScenarioClock } from './scenario-clock.ts';

/** The reference model of the lease that scans share of the reads of an account. */
export type LeaseModel = ReturnType<typeof makeLeaseModel>;

/** A lease is over for every clock so long after its run began: after the deadline, with the error of both clocks, one of which may have been set meanwhile. */
const longestMs = scanMs + 3 * times.clockErrorMs;

interface Run {
  readonly name: string;
  /** True times, in milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt: number | null;
}

/**
 * Demands that one run at a time reads the account, and that a run which was killed keeps it no longer than until its deadline, as clocks may show it. Where
 * clocks were further apart than the gateway tolerates, nothing is demanded.
 */
export function makeLeaseModel(
  { now, wereApart }: Pick<ScenarioClock, 'now' | 'wereApart'>,
  broken: (rule: string) => void,
) {
  const runs = new Map<string, Run>();
  const readers = new Set<Run>();
  return {
    /** A run begins, which may take the lease. */
    began(name: string): void {
      runs.set(name, { name, startedAt: now(), endedAt: null });
    },
    /** It has the lease. */
    took(name: string): void {
      const run = runs.get(name);
      if (!run) return;
      for (const other of readers)
        if (other.endedAt === null && now() < other.startedAt + scanMs && !wereApart())
          broken(`${name} reads the account, although ${other.name} has the lease`);
      readers.add(run);
    },
    /** It has ended, and the lease with it. */
    ended(name: string): void {
      const run = runs.get(name);
      if (run) run.endedAt = now();
    },
    /** Another run has the lease. A run compares with the time at which it began, however late its write arrives. */
    wasRefused(name: string): void {
      const begunAt = runs.get(name)?.startedAt ?? 0;
      const others = [...runs.values()].filter((other) => other.name !== name);
      // The end of a run is written with its clock, which may have been set back since.
      const mayHold = ({ startedAt, endedAt }: Run) =>
        begunAt <= startedAt + longestMs || begunAt <= (endedAt ?? 0) + times.clockErrorMs;
      if (wereApart() || others.some(mayHold)) return;
      broken(`${name} was refused the lease of the account, although every other run is over`);
    },
  };
}
