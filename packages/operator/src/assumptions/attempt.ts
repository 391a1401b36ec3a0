import { changeFailure } from '../../../../src/eks/errors.ts';
import { NotTried, Refuted } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import type { TrialCluster } from './trial-cluster.ts';

/** What trying an assumption found. */
export interface Result extends Pick<Assumption, 'id' | 'statement'> {
  /**
   * FAILED: it should have been tried, and could not be. NOT_TRIED: it can't be, or was not asked
   * for.
   */
  readonly result: 'NOT_REFUTED' | 'REFUTED' | 'NOT_TRIED' | 'FAILED';
  /** Trials that refuted nothing. */
  readonly tries: number;
  /** The longest time that was measured, in milliseconds; null: nothing was. */
  readonly longestMs: number | null;
  /** What refuted it, or why it was not tried. */
  readonly detail: string | null;
  /** What follows where it is refuted. */
  readonly consequence: string | null;
}

/** How often a trial is repeated that proved nothing, such as after throttling. */
const repeats = 4;

/**
 * Tries an assumption up to `tries` times, until it is refuted, and deletes the associations of
 * each trial. Throws an error after which no trial can succeed, such as a missing right, and the
 * reason of an interruption.
 */
export async function attempt(
  { id, statement, trial, consequence }: Assumption,
  eks: TrialCluster,
  tries: number,
): Promise<Result> {
  let [done, failures, longestMs]: [number, number, number | null] = [0, 0, null];
  const found = (result: Result['result'], detail: string | null): Result => {
    const follows = result === 'REFUTED' ? consequence : null;
    return { id, statement, result, tries: done, longestMs, detail, consequence: follows };
  };
  if (typeof trial !== 'function') return found('NOT_TRIED', trial.cannot);
  while (done < tries) {
    try {
      const ms = await trial(eks);
      if (typeof ms === 'number') longestMs = Math.max(longestMs ?? 0, Math.round(ms));
      done += 1;
    } catch (error) {
      eks.throwIfInterrupted();
      if (error instanceof NotTried) return found('NOT_TRIED', error.message);
      const { name, message } = error as Error;
      const meaning = meaningOf(error);
      if (meaning === 'refuted') return found('REFUTED', error instanceof Refuted ? message : `${name}: ${message}`);
      if (meaning === 'unable') throw error;
      if ((failures += 1) > repeats) return found('FAILED', `${name}: ${message}`);
      await eks.pause((failures * eks.target.times.listLagMs) / 15);
    } finally {
      await eks.cleanUp.ofTrial();
    }
  }
  return found('NOT_REFUTED', null);
}

/**
 * What an error of a trial means: EKS behaves otherwise; no trial can succeed; or nothing, so that
 * the trial is repeated.
 */
function meaningOf(error: unknown): 'refuted' | 'unable' | 'nothing' {
  if (error instanceof Refuted) return 'refuted';
  if ((error as Error).name === 'CredentialsProviderError') return 'unable';
  const failure = changeFailure(error);
  const outcome = failure.kind === 'rejected' ? failure.outcome : null;
  if (outcome === 'GATEWAY_ACCESS_DENIED') return 'unable';
  return failure.kind === 'unknown' || outcome === 'THROTTLED' || outcome === 'EKS_UNREACHABLE' ? 'nothing' : 'refuted';
}
