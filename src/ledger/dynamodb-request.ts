import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { LedgerUnavailable } from './ledger.ts';

/**
 * Client settings that bound every request: three attempts, each with one second to connect and two seconds to respond.
 * A DynamoDB that does not respond is detected within about seven seconds.
 */
export const dynamoDbClientDefaults = {
  maxAttempts: 3,
  // The ledger adds no middleware to a client in use, so the SDK need not put its own together for every request.
  cacheMiddleware: true,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    // By default, the client only logs a warning when a request times out.
    throwOnRequestTimeout: true,
    // The request timeout covers the head of the response. This one covers a body that stalls.
    socketTimeout: 2_000,
  },
} satisfies DynamoDBClientConfig;

/** Attempts of one write. The client may send each of them several times. */
const maxAttempts = 6;

/**
 * Time in milliseconds after which no further attempt starts. It must exceed five seconds: only then does a repeated request
 * make DynamoDB complete a transaction whose coordinator failed.
 */
const maxRetryMs = 8_000;

/** Pause before the second attempt, in milliseconds. It doubles for each further one; jitter cuts up to half of it. */
const firstPauseMs = 25;

/** The write had no effect and can succeed when repeated. */
export interface Retryable {
  readonly kind: 'retry';
  readonly cause: unknown;
}

/** Repeats `attempt` while its result is retryable. Throws `LedgerUnavailable` after six attempts or eight seconds. */
export async function withRetries<T extends { readonly kind: string }>(
  attempt: () => Promise<T | Retryable>,
): Promise<T> {
  const startedAt = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    const result = await attempt();
    if (!isRetryable(result)) return result;
    if (attempts === maxAttempts || performance.now() - startedAt > maxRetryMs) {
      throw new LedgerUnavailable(result.cause);
    }
    await sleep(firstPauseMs * 2 ** (attempts - 1) * (1 - Math.random() / 2));
  }
}

function isRetryable(result: { readonly kind: string }): result is Retryable {
  return result.kind === 'retry';
}

/** Exceptions of DynamoDB for a request that is invalid, whatever the state of DynamoDB: a bug of the gateway. */
const invalidRequestExceptions = [
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
];

/** Exceptions of DynamoDB for requests beyond the throughput of a table, a partition or the account. */
const throttling = ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'];

/** Whether an exception of this name means that DynamoDB throttled the request. */
export function isThrottling(exception: string): boolean {
  return throttling.includes(exception);
}

/** The error to throw for a failed request: the same error if it shows a bug, else `LedgerUnavailable`. */
export function failureOf(error: unknown): unknown {
  const isBug = error instanceof DynamoDBServiceException && invalidRequestExceptions.includes(error.name);
  return isBug ? error : new LedgerUnavailable(error);
}

/** The response of a request. Throws what {@link failureOf} returns if the request fails. */
export async function orLedgerFailure<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    throw failureOf(error);
  }
}
