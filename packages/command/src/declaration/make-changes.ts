import type { ApprovalWait } from '../../../client/src/client/approval.ts';
import { sleep } from '../../../client/src/client/retry.ts';
import { approvalTeller } from '../gateway/approvals.ts';
import { makeLinkOf } from '../gateway/page-url.ts';
import type { Session } from '../host.ts';
import type { Progress } from '../progress.ts';
import { runChanges } from './apply.ts';
import type { Outcome } from './apply.ts';
import { watchInterruption } from './interruption.ts';
import type { UnderWay } from './interruption.ts';
import { makePace } from './pacing.ts';
import type { Change } from './planner.ts';
import { keyOf } from './declaration.ts';
import { makeReadAgain } from './replays.ts';
import { outcomeTeller, retryTeller, sendChange } from './sending.ts';
import type { Mutate } from './sending.ts';

/** How many changes are under way at once. */
const concurrency = 8;

/** How changes are made. */
interface Making {
  readonly mutate: Mutate;
  /** Whether a denied change leaves the others to be made. */
  readonly allowPartial: boolean;
  /** How long to wait for approvers, in milliseconds; null: not at all. */
  readonly waitMs: number | null;
  /** Why nothing more may be sent, beside an interruption; null if it may. */
  readonly stopped: () => string | null;
  /** Why a change is not sent, because it would be denied; null if it is. */
  readonly denialOf?: (change: Change) => string | null;
}

/** What a run did, and what was under way when it was interrupted. */
export interface Made {
  readonly outcomes: readonly Outcome[];
  readonly underWay: UnderWay;
}

/**
 * Makes changes, shows how far it is, and says what it waits for. The first interruption ends it
 * once the changes that are under way are finished, the second one at once.
 */
export async function makeChanges(
  changes: readonly Change[],
  { mutate, allowPartial, waitMs, stopped, denialOf }: Making,
  { client, signal, secondSignal }: Session,
  progress: Progress,
): Promise<Made> {
  const linkOf = makeLinkOf(client, { signal: secondSignal, finish: signal });
  const isStopped = () => signal?.aborted === true;
  const pace = makePace(
    () => performance.now(),
    (ms) => sleep(ms, secondSignal, signal),
    isStopped,
  );
  const interruption = watchInterruption(signal, progress);
  const textOfRetry = retryTeller(changes);
  const send = (change: Change, onInProgress: () => void, waitForApproval?: ApprovalWait) =>
    interruption.during(change, () =>
      sendChange(mutate, change, {
        signal: secondSignal,
        finish: signal,
        waitForApproval,
        onRetry: (retry) => {
          pace.onRetry(retry);
          if (retry.operationId !== undefined) onInProgress();
          progress.say(textOfRetry(change, retry));
        },
      }),
    );
  const sendAndWait = (change: Change, maxElapsedMs: number) => {
    const onApproval = approvalTeller((line) => progress.say(`${keyOf(change.target)}: ${line}`), linkOf);
    return send(change, () => undefined, { maxElapsedMs, onApproval });
  };
  const outcomes = await runChanges(changes, {
    concurrency,
    allowPartial,
    turn: pace.turn,
    denialOf,
    stopped: () => (isStopped() ? 'The command was interrupted.' : stopped()),
    send,
    sendAndWait: waitMs === null ? undefined : (change) => sendAndWait(change, waitMs),
    linkOf,
    readAgain: makeReadAgain(client, changes, { signal: secondSignal }, Date.now),
    onOutcome: outcomeTeller(changes.length, progress),
  });
  return { outcomes, underWay: interruption.underWay() };
}
