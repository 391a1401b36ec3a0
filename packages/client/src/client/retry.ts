/** How often and how long an operation is retried. Whichever limit is reached first ends it. */
export interface RetryLimits {
  /** The number of attempts, with the first. */
  readonly maxAttempts: number;
  /** Milliseconds from the first attempt to the last. */
  readonly maxElapsedMs: number;
}

/** A retry that follows. */
export interface Retry {
  /** Number of the attempt that follows: 2 for the first retry. */
  readonly attempt: number;
  /** Milliseconds until then. */
  readonly delayMs: number;
  /** Why: the answer was lost, or says that the request is in progress or can succeed later. */
  readonly reason: string;
  /**
   * Id of the operation whose outcome is waited for; absent where the answer names none, or was
   * lost.
   */
  readonly operationId?: string;
  /** Whether the request may have had its effect, or may still have it: no answer denies it. */
  readonly mayBeDone: boolean;
}

/** What came of an attempt. */
export type Attempt<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | {
      readonly kind: 'again';
      readonly reason: string;
      /** Seconds that the gateway asks to wait; null when it names none. */
      readonly retryAfterSeconds: number | null;
      /** The result if no attempt follows; it may throw. */
      readonly end: () => Result;
      /** Whether the request was rejected before it was processed. */
      readonly isUnprocessed?: boolean;
      /** The operation that is in progress. */
      readonly operationId?: string;
      /** Whether the request may have had its effect, or may still have it. */
      readonly mayBeDone: boolean;
    };

/** What an operation's retries depend on. */
export interface RetryOptions extends RetryLimits {
  readonly signal?: AbortSignal | undefined;
  /** Once aborted, no retry follows an attempt that certainly had no effect. */
  readonly finish?: AbortSignal | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

const firstDelayMs = 500;
const longestDelayMs = 20_000;

/**
 * Repeats an attempt until it is done or a limit is reached. Waits as long as the gateway asks, or
 * else a random time up to a bound that doubles with every retry.
 *
 * @throws what an attempt or its `end` throws, and the reason of the signal
 */
export async function withRetries<Result>(
  attempt: () => Promise<Attempt<Result>>,
  { maxAttempts, maxElapsedMs, signal, finish, onRetry }: RetryOptions,
): Promise<Result> {
  const start = performance.now();
  for (let count = 1; ; count += 1) {
    const outcome = await attempt();
    if (outcome.kind === 'done') return outcome.result;
    const { reason, retryAfterSeconds, operationId, mayBeDone } = outcome;
    const ending = mayBeDone ? undefined : finish;
    const delayMs = retryAfterSeconds === null ? backoff(count) : retryAfterSeconds * 1_000;
    const elapsedMs = performance.now() - start;
    if (count >= maxAttempts || elapsedMs + delayMs > maxElapsedMs || ending?.aborted) return outcome.end();
    onRetry?.({ attempt: count + 1, delayMs, reason, mayBeDone, ...(operationId !== undefined && { operationId }) });
    await sleep(delayMs, signal, ending);
    if (ending?.aborted) return outcome.end();
  }
}

/**
 * Full jitter: clients that failed together do not come back together. At least 50 ms, so that a
 * limit of attempts lasts.
 */
function backoff(count: number): number {
  return Math.max(50, Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1)));
}

/** Waits for milliseconds, or until `ending` is aborted; rejects with the reason of `signal`. */
export function sleep(ms: number, signal?: AbortSignal, ending?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      ending?.removeEventListener('abort', end);
    };
    const end = () => {
      stopWaiting();
      resolve();
    };
    const abort = () => {
      stopWaiting();
      reject(signal?.reason instanceof Error ? signal.reason : new Error('The operation was aborted.'));
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', abort);
    ending?.addEventListener('abort', end);
    if (signal?.aborted) abort();
    else if (ending?.aborted) end();
  });
}
