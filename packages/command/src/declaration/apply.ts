import { isHeld } from '../../../client/src/client/approval.ts';
import { LostAnswerError } from '../../../client/src/client/errors.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { heldText } from '../gateway/approvals.ts';
import type { LinkOf } from '../gateway/page-url.ts';
import type { Change } from './planner.ts';
import { overtaken } from './overtaken.ts';
import { keyOf } from './declaration.ts';
import { makeQueue, roleNotFound, rolesOf } from './queue.ts';
import type { Ending, Taken } from './queue.ts';
import type { ReadAgain } from './replays.ts';
import { predecessorsOf, rowsOf } from './rows.ts';

/** What became of a change. */
export type Outcome =
  | { readonly kind: 'done'; readonly change: Change; readonly isReplayed: boolean }
  /** The change was made by this plan, and is not in effect any more. */
  | { readonly kind: 'overtaken'; readonly change: Change; readonly message: string }
  | { readonly kind: 'refused'; readonly change: Change; readonly code: string; readonly message: string }
  /** Others have to approve it first; then, apply the plan again. */
  | (Held & { readonly change: Change })
  /** The result is not known: to learn it, apply the plan again. */
  | { readonly kind: 'inProgress'; readonly change: Change; readonly message: string }
  /**
   * No answer, or an error in place of a result: it is not known either, and no other change
   * follows.
   */
  | { readonly kind: 'failed'; readonly change: Change; readonly message: string; readonly isLost: boolean }
  /** Not sent. */
  | { readonly kind: 'notStarted'; readonly change: Change; readonly message: string };

/**
 * A change that others have to approve; no approval is asked for beyond the limit of pending ones.
 */
interface Held {
  readonly kind: 'approvalRequired';
  readonly approvalId: string | null;
  readonly message: string;
}

/** What the run of a plan uses. */
export interface Runner {
  /**
   * Sends a change, with the plan's token, until its result is known or it gives up. Calls
   * `onInProgress` once it is in progress: then it got beyond the check of its roles.
   */
  readonly send: (change: Change, onInProgress: () => void) => Promise<MutationResult>;
  /**
   * As `send`, and waits for its approvers. Absent: a change that needs an approval is reported as
   * such.
   */
  readonly sendAndWait?: ((change: Change) => Promise<MutationResult>) | undefined;
  /** The link to an approval on the page; by default none. */
  readonly linkOf?: LinkOf | undefined;
  /** Reads what a replayed change left. */
  readonly readAgain: ReadAgain;
  /** Waits until another change may be sent; by default not at all. */
  readonly turn?: () => Promise<void>;
  /** Why nothing more may be sent, asked before each change; null if it may. */
  readonly stopped: () => string | null;
  /** Why a change is not sent, because it would be denied; null if it is. By default all are sent. */
  readonly denialOf?: ((change: Change) => string | null) | undefined;
  readonly onOutcome: (outcome: Outcome) => void;
  /** How many changes are under way at once, without those that wait for approvers. */
  readonly concurrency: number;
  /** Whether a denied change leaves the others to be made. */
  readonly allowPartial: boolean;
}

/** How many changes wait for approvers at once. */
const maxWaiting = 20;

/**
 * Makes the changes of a plan, deletes last. Each has a token of its own, so that a second run, or
 * another at the same time, gets its recorded result. Once a role does not exist, the other changes
 * that name it are refused without being sent; a later change of a service account is sent once the
 * one before is done. Outcomes are in the order of the changes.
 */
export async function runChanges(changes: readonly Change[], runner: Runner): Promise<readonly Outcome[]> {
  const outcomes = new Map<Change, Outcome>();
  let end: string | null = null;
  const runOne = async ({ change, refused }: Taken, onInProgress: () => void): Promise<Outcome> => {
    const denial = runner.denialOf?.(change) ?? null;
    if (denial !== null) return { kind: 'refused', change, code: 'POLICY_DENIED', message: denial };
    if (refused === null) await runner.turn?.();
    const reason = runner.stopped() ?? end;
    if (reason !== null) return notStarted(change, reason);
    return refused === null ? outcomeOf(change, runner, onInProgress) : refusedAs(refused, change);
  };
  const conclude = (outcome: Outcome): void => {
    if (outcome.kind === 'failed') end = 'A request before it failed.';
    if (outcome.kind === 'refused' && outcome.code === 'POLICY_DENIED' && !runner.allowPartial) {
      end = 'A change before it was denied.';
    }
    outcomes.set(outcome.change, outcome);
    runner.onOutcome(outcome);
  };
  const isDelete = ({ action }: Change) => action === 'delete';
  for (const phase of [changes.filter((one) => !isDelete(one)), changes.filter(isDelete)]) {
    const queue = makeQueue(phase);
    const work = async () => {
      for (let next = await queue.take(); next !== null; next = await queue.take()) {
        const { change } = next;
        const outcome = await runOne(next, () => queue.goOn(change));
        conclude(outcome);
        queue.ended(change, endingOf(outcome));
      }
    };
    await Promise.all(Array.from({ length: runner.concurrency }, work));
  }
  const before = predecessorsOf(changes);
  for (const change of changes) {
    const earlier = outcomes.get(before.get(change) ?? change);
    if (earlier !== undefined && earlier.kind !== 'done' && !outcomes.has(change)) conclude(notSent(change, earlier));
  }
  const held = rowsOf(changes).map((row) => row.flatMap((change) => outcomes.get(change) ?? []).filter(isHeldBack));
  await waitForEach(held, { ...runner, stopped: () => runner.stopped() ?? end }, conclude);
  return changes.map((change) => outcomes.get(change) ?? notStarted(change, 'It was not reached.'));
}

function isHeldBack(outcome: Outcome): outcome is Outcome & Held {
  return outcome.kind === 'approvalRequired';
}

/** What a change is that waits for an earlier one of its service account. */
function notSent(change: Change, { kind, change: { action } }: Outcome): Outcome {
  if (kind !== 'approvalRequired') return notStarted(change, `It follows the ${action}, which is not done.`);
  const message = `It follows the ${action}, which needs an approval.`;
  return { kind, change, approvalId: null, message };
}

/**
 * Waits for the changes that need an approval, a few at once: the gateway limits the pending ones
 * of a principal.
 */
async function waitForEach(
  rows: readonly (readonly (Outcome & Held)[])[],
  { sendAndWait, ...runner }: Runner,
  conclude: (outcome: Outcome) => void,
): Promise<void> {
  if (sendAndWait === undefined) return;
  const queue = rows.values();
  const work = async () => {
    for (const row of queue) {
      for (const held of row) {
        // What is held stays so: sending it could make a change that was approved meanwhile.
        if (runner.stopped() !== null) return;
        const outcome = await outcomeOf(held.change, { ...runner, send: sendAndWait });
        const isKnown = outcome.kind !== 'failed' || outcome.isLost;
        conclude(isKnown ? outcome : { ...held, message: outcome.message });
        if (outcome.kind !== 'done') break;
      }
    }
  };
  await Promise.all(Array.from({ length: maxWaiting }, work));
}

function notStarted(change: Change, message: string): Outcome {
  return { kind: 'notStarted', change, message };
}

function endingOf(outcome: Outcome): Ending {
  if (outcome.kind === 'refused' && outcome.code === roleNotFound) return 'role missing';
  return outcome.kind === 'done' ? 'done' : 'other';
}

/** What becomes of a change that names the same roles as one that was refused. */
function refusedAs({ action, target }: Change, change: Change): Outcome {
  const message = `Not sent, since ${rolesOf(change)} does not exist: see ${action} ${keyOf(target)}.`;
  return { kind: 'refused', change, code: roleNotFound, message };
}

const noLink: LinkOf = () => Promise.resolve(null);

async function outcomeOf(
  change: Change,
  { send, readAgain, linkOf = noLink }: Runner,
  onInProgress: () => void = () => undefined,
): Promise<Outcome> {
  try {
    const result = await send(change, onInProgress);
    if (isHeld(result)) {
      const { refusal } = result;
      const approvalId = refusal.approval?.id ?? null;
      const link = approvalId === null ? null : await linkOf(approvalId);
      const message = heldText(refusal, link);
      return { kind: 'approvalRequired', change, approvalId, message };
    }
    if (result.kind === 'refused') {
      const { code, message } = result.refusal;
      const role = code === roleNotFound ? ` (${rolesOf(change)})` : '';
      return { kind: 'refused', change, code, message: `${message}${role}` };
    }
    if (result.kind === 'inProgress') {
      return { kind: 'inProgress', change, message: 'The result is not known yet.' };
    }
    const { replayed: isReplayed, association } = result;
    const message = isReplayed ? overtaken(change, await readAgain(change, association)) : null;
    return message === null ? { kind: 'done', change, isReplayed } : { kind: 'overtaken', change, message };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', change, message, isLost: error instanceof LostAnswerError };
  }
}
