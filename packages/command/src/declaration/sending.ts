import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import type { Retry } from '../../../client/src/client/retry.ts';
import { grouped } from '../progress.ts';
import type { Progress } from '../progress.ts';
import type { Outcome } from './apply.ts';
import type { Change } from './planner.ts';
import { keyOf } from './declaration.ts';
import { roleNotFound, rolesKeyOf, rolesOf } from './queue.ts';
import { groupBy } from './grouped.ts';

/** Time for the retries of a change whose role does not exist, as of a single command. */
const roleWaitMs = 60_000;

/** Sends a change with a token that every run of it has, until its result is known. */
export type Mutate = (change: Change, options: MutationOptions) => Promise<MutationResult>;

/**
 * Sends a change until its result is known, or the client gives up. A role that does not exist is
 * waited for as long as by a single command: it may have been made seconds ago.
 */
export function sendChange(
  mutate: Mutate,
  change: Change,
  { signal, finish, waitForApproval, onRetry }: MutationOptions,
): Promise<MutationResult> {
  const giveUp = new AbortController();
  let missingSince: number | null = null;
  const options: MutationOptions = {
    signal,
    waitForApproval,
    finish: AbortSignal.any([giveUp.signal, ...(finish ? [finish] : [])]),
    onRetry: (retry) => {
      const now = performance.now();
      if (retry.reason === roleNotFound) missingSince ??= now;
      if (retry.reason === roleNotFound && now + retry.delayMs - (missingSince ?? now) > roleWaitMs) giveUp.abort();
      else onRetry?.(retry);
    },
  };
  return mutate(change, options);
}

/**
 * Makes the function that shows how many changes are concluded, and says which are not done. What
 * is done is in the report.
 */
export function outcomeTeller(total: number, { show, say }: Progress): (outcome: Outcome) => void {
  const startedAt = performance.now();
  const kinds = new Map<Change, Outcome['kind']>();
  let done = 0;
  return ({ kind, change, ...outcome }) => {
    // A change that waited for its approvers is concluded a second time.
    kinds.set(change, kind);
    done += Number(kind === 'done');
    if (kind !== 'done' && kind !== 'notStarted') {
      say(`${kind}: ${change.action} ${keyOf(change.target)}${'message' in outcome ? `: ${outcome.message}` : ''}`);
    }
    const seconds = Math.max((performance.now() - startedAt) / 1_000, 0.001);
    const rate = `${grouped(Math.round(kinds.size / seconds))}/s`;
    show(`${grouped(kinds.size)} of ${grouped(total)} changes, ${grouped(done)} done, ${rate}`);
  };
}

/** Makes the function that says what a change waits for, in a line. */
export function retryTeller(changes: readonly Change[]): (change: Change, retry: Retry) => string {
  const counts = groupBy(changes, rolesKeyOf);
  return (change, { attempt, delayMs, reason }) => {
    const when = `attempt ${attempt} in ${(delayMs / 1_000).toFixed(1)} s`;
    const line = `${change.action} ${keyOf(change.target)}: ${when}: ${reason}`;
    if (reason !== roleNotFound) return line;
    const others = (counts.get(rolesKeyOf(change))?.length ?? 1) - 1;
    const waiting = others > 0 ? ` ${others} other changes of the plan name it.` : '';
    return `${line}: ${rolesOf(change)} does not exist, or EKS does not see it yet.${waiting}`;
  };
}
