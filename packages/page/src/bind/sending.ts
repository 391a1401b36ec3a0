import type { ApprovalStatus, MutationOptions } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import { GatewayError, LostAnswerError } from '../../../client/src/client/errors.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { sleep } from '../../../client/src/client/retry.ts';

/** How far a request has come. Times in milliseconds since the epoch. */
export type Progress =
  | { readonly phase: 'sending'; readonly attempt: number }
  | {
      readonly phase: 'waiting';
      /** Number of the attempt that follows. */
      readonly attempt: number;
      readonly until: number;
      readonly reason: string;
      /** The operation whose outcome is not known yet; null where no answer came. */
      readonly operationId: string | null;
    }
  | { readonly phase: 'held'; readonly approval: ApprovalStatus }
  | { readonly phase: 'ended'; readonly result: MutationResult }
  /** It may be done, or not: it can be continued. */
  | { readonly phase: 'failed'; readonly error: Error };

/** What sending needs. */
export interface Requests {
  /** Sends the request, always with the same token. */
  readonly send: (options: MutationOptions) => Promise<MutationResult>;
  /** The status of an operation, which writes nothing; null if it can't be read. */
  readonly statusOf: (operationId: string, options: CallOptions) => Promise<string | null>;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long after the last attempt of the client a lost connection is tried again. */
const lostMs = 10_000;
const defaultRetrySeconds = 5;

/**
 * Sends a request until its result is final, whatever happens to the connection: the client retries
 * for a minute, then this goes on. An operation in progress is followed by reading it, and the
 * request is sent again once it has ended, for its recorded answer. While others have to approve
 * it, the client reads the approval, and sends again as soon as that is decided.
 *
 * @throws an error that the same request can't overcome, and the reason of the signal
 */
export async function sendToEnd(
  { send, statusOf, wait = sleep }: Requests,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<MutationResult> {
  let [attempt, hasMetBug] = [1, false];
  const pause = async (ms: number, reason: string, operationId: string | null) => {
    onProgress({ phase: 'waiting', attempt: attempt + 1, until: Date.now() + ms, reason, operationId });
    await wait(ms, signal);
  };
  const options: MutationOptions = {
    signal,
    onRetry: ({ delayMs, reason, operationId = null }) => {
      attempt += 1;
      onProgress({ phase: 'waiting', attempt, until: Date.now() + delayMs, reason, operationId });
    },
    waitForApproval: { onApproval: (approval) => onProgress({ phase: 'held', approval }) },
  };
  for (; ; attempt += 1) {
    onProgress({ phase: 'sending', attempt });
    try {
      const result = await send(options);
      if (result.kind !== 'inProgress') return result;
      const { operationId, retryAfterSeconds } = result;
      let isOpen = true;
      while (isOpen) {
        await pause((retryAfterSeconds ?? defaultRetrySeconds) * 1_000, 'The outcome is not known yet.', operationId);
        isOpen = isUnfinished(await statusOf(operationId, { signal }).catch(unlessAborted(signal)));
      }
    } catch (error) {
      const ms = retryMs(error, hasMetBug);
      if (signal.aborted || ms === null) throw error;
      hasMetBug ||= isBug(error);
      await pause(ms, (error as Error).message, null);
    }
  }
}

/** Whether an operation goes on. If its status can't be read, the request itself asks. */
function isUnfinished(status: string | null): boolean {
  return status !== null && !['SUCCEEDED', 'REFUSED', 'RELEASED'].includes(status);
}

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) throw error;
    return null;
  };
}

function isBug(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'INTERNAL_SERVER_ERROR';
}

/**
 * When the same request is sent again after an error; null if that does not help. After a bug, the
 * contract says: once.
 */
function retryMs(error: unknown, hasMetBug: boolean): number | null {
  if (error instanceof LostAnswerError) return lostMs;
  if (!(error instanceof GatewayError)) return null;
  if (error.retryable) return (error.retryAfterSeconds ?? defaultRetrySeconds) * 1_000;
  return isBug(error) && !hasMetBug ? 1_000 : null;
}
