import type { ApprovalDetailsFragment, ApprovalStatusFragment, HeldRequestQuery } from '../generated/operations.ts';
import type { CallOptions } from './call.ts';
import { GatewayError, LostAnswerError } from './errors.ts';
import type { Refusal, Refused } from './result.ts';
import { sleep } from './retry.ts';

/** An approval, with the request that it is about. */
export type Approval = ApprovalDetailsFragment;

/** An approval, with all that sends its request again. */
export type HeldRequest = NonNullable<HeldRequestQuery['approval']>;

/**
 * What a client that waits for an approval has to know of it: its state, who has to approve and who
 * has, and until when.
 */
export type ApprovalStatus = ApprovalStatusFragment;

/** How long a mutation waits for its approval. */
export interface ApprovalWait {
  /** Milliseconds from the first answer on; by default until the approval expires. */
  readonly maxElapsedMs?: number | undefined;
  /** Called with the approval that is asked for, and when its state or its votes have changed. */
  readonly onApproval?: ((approval: ApprovalStatus) => void) | undefined;
}

/** Options of a change. */
export interface MutationOptions extends CallOptions {
  /**
   * Wait while others have to approve the request, and then send it again; by default, this is a
   * refusal.
   */
  readonly waitForApproval?: ApprovalWait | undefined;
}

/** What results of changes have in common. */
type AnyResult = { readonly kind: string } | Pick<Refused, 'kind' | 'refusal' | 'retryAfterSeconds'>;

/** A refusal that ends once others approve the request. */
type Held = Pick<Refused, 'kind' | 'retryAfterSeconds'> & {
  readonly refusal: Extract<Refusal, { __typename: 'ApprovalRequired' }>;
};

/**
 * What a wait does: sends the same request with the same token, and reads an approval, which writes
 * nothing.
 */
interface Requests<Result> {
  readonly send: () => Promise<Result>;
  readonly read: (id: string) => Promise<ApprovalStatus | null>;
}

/**
 * The first poll follows soon, for people who are at their terminals; the gateway's
 * `retryAfterSeconds` is the longest wait.
 */
const firstPollMs = 2_000;
const defaultPollSeconds = 60;

/**
 * Sends a request, and while it is held, polls its approval. As soon as that is not pending any
 * more, sends the request again: only an answer to the request is a result, and only it is
 * recorded. A result that is still held means that `maxElapsedMs` are over, or that `finish` is
 * aborted.
 *
 * @throws what `send` throws, errors of reading that a later poll can't overcome, and the reason of
 *   the signal
 */
export async function sendUntilDecided<Result extends AnyResult>(
  { send, read }: Requests<Result>,
  { maxElapsedMs = Infinity, onApproval }: ApprovalWait,
  { signal, finish }: Pick<CallOptions, 'signal' | 'finish'>,
): Promise<Result> {
  const show = teller(onApproval);
  let [end, polls, isLast]: [number | null, number, boolean] = [null, 0, false];
  for (;;) {
    const result = await send();
    if (!isHeld(result) || isLast) return result;
    const longestMs = (result.retryAfterSeconds ?? defaultPollSeconds) * 1_000;
    let { approval } = result.refusal;
    do {
      show(approval);
      if (isLast) return result;
      // Without an approval, the request itself is repeated, which the gateway records.
      const delayMs = approval === null ? longestMs : Math.min(firstPollMs * 2 ** polls, longestMs);
      end ??= performance.now() + maxElapsedMs;
      const restMs = end - performance.now();
      isLast = delayMs >= restMs;
      await sleep(Math.max(0, Math.min(delayMs, restMs)), signal, finish);
      if (finish?.aborted) return result;
      polls += 1;
      approval = approval && (await readAgain(read, approval));
    } while (approval !== null && isPending(approval));
    show(approval);
    if (finish?.aborted) return result;
  }
}

/** Whether a result says that others have to approve the request first. */
export function isHeld<Result extends AnyResult>(result: Result): result is Result & Held {
  if (result.kind !== 'refused' || !('refusal' in result)) return false;
  return result.refusal.__typename === 'ApprovalRequired' && result.refusal.retryable;
}

/** The end of the time of a pending approval is recorded only when its request is sent again. */
function isPending({ state, expiresAt }: ApprovalStatus): boolean {
  return state === 'PENDING' && Date.parse(expiresAt) > Date.now();
}

/** The approval as it is now; as it was, if there is no answer. */
async function readAgain(read: Requests<unknown>['read'], approval: ApprovalStatus): Promise<ApprovalStatus | null> {
  try {
    return await read(approval.id);
  } catch (error) {
    const isTransient = error instanceof LostAnswerError || (error instanceof GatewayError && error.retryable);
    if (isTransient) return approval;
    throw error;
  }
}

/** Tells of an approval unless it is as it was told last. */
function teller(onApproval: ApprovalWait['onApproval']): (approval: ApprovalStatus | null) => void {
  let last = '';
  return (approval) => {
    if (approval === null) return;
    const text = JSON.stringify([approval.id, approval.state, approval.needs.map(({ approvedBy }) => approvedBy)]);
    if (text !== last) onApproval?.(approval);
    last = text;
  };
}
