import type { GatewayError } from './errors.ts';
import { LostAnswerError } from './errors.ts';
import type { Attempt, Retry, RetryLimits } from './retry.ts';
import { withRetries } from './retry.ts';
import type { Connection, GraphQLRequest } from './transport.ts';
import { sendOnce } from './transport.ts';

/** Options of one call. */
export interface CallOptions {
  /**
   * Ends the call: it throws the reason of the signal. A mutation that was sent may still take
   * effect.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Asks the call to end without leaving its result open. Once aborted, no retry follows an answer
   * that says that nothing was done, and no approval is waited for: the call gives that answer.
   * What is in progress is asked for again, and what got no answer is sent again, as before.
   */
  readonly finish?: AbortSignal | undefined;
  /** Called before each wait for a retry. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** What sends requests: where to, and how often. */
export interface Sender {
  readonly connection: Connection;
  readonly limits: RetryLimits;
}

/** A request to send. */
export interface Call {
  readonly request: GraphQLRequest;
  /** The client request token; null for a query, or if the request has none. */
  readonly token: string | null;
  /**
   * Whether the request may be sent again: a mutation without a token of the caller would be
   * another request.
   */
  readonly isRepeatable?: boolean;
  /** Whether it may change something; by default, if it has a token. */
  readonly isChange?: boolean;
}

/** The data of a response, and the errors beside it. */
export interface ResponseContent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly GatewayError[];
}

/**
 * Sends a request until its answer is final.
 *
 * @param attemptWith what a response with data means
 * @throws GatewayError for an error without data, LostAnswerError if no attempt got an answer, and
 *   the reason of the signal
 */
export function call<Result>(
  { connection, limits }: Sender,
  // A query changes nothing, so that nothing is left open.
  { request, token, isRepeatable = true, isChange = token !== null }: Call,
  { signal, finish, onRetry }: CallOptions,
  attemptWith: (content: ResponseContent) => Attempt<Result>,
): Promise<Result> {
  let mayRenew = connection.authentication.isRenewed === true;
  const attempt = async (): Promise<Attempt<Result>> => {
    const answer = await sendOnce(connection, request, signal);
    if (answer.kind === 'data') return attemptWith(answer);
    const end = () => {
      throw answer.kind === 'error' ? answer.error : lost(answer.reason, token);
    };
    if (answer.kind === 'lost') {
      if (answer.isForeign === true) return end();
      const { reason, retryAfterSeconds } = answer;
      return { kind: 'again', reason: reasonText(reason), retryAfterSeconds, end, mayBeDone: isChange };
    }
    const { retryable, retryAfterSeconds, code, status } = answer.error;
    if (status === 401 && mayRenew) {
      mayRenew = false;
      return { kind: 'again', reason: code, retryAfterSeconds: 0, end, isUnprocessed: true, mayBeDone: false };
    }
    // Requests beyond a limit are rejected before they are processed.
    const mayBeDone = isChange && status !== 429;
    return retryable ? { kind: 'again', reason: code, retryAfterSeconds, end, mayBeDone } : end();
  };
  return withRetries(
    async () => {
      const outcome = await attempt();
      if (outcome.kind === 'done' || isRepeatable || outcome.isUnprocessed === true) return outcome;
      return { kind: 'done', result: outcome.end() };
    },
    { ...limits, signal, finish, onRetry },
  );
}

function lost(reason: unknown, token: string | null): LostAnswerError {
  return new LostAnswerError(`The gateway did not answer: ${reasonText(reason)}`, token, reason);
}

/** Node.js's `fetch` reports the reason of a failure in the cause of its error. */
function reasonText(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { cause } = reason;
  const detail = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return `${reason.message}${detail}`;
}
