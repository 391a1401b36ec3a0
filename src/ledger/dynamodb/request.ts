import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type {
  CancellationReason,
  DynamoDBClient,
  DynamoDBClientConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import type { InitializeMiddleware, Pluggable } from '@smithy/types';
import { monotonicMs } from '../../runtime/monotonic.ts';
import { LedgerUnusable } from '../format.ts';
import { LedgerUnavailable } from '../ledger.ts';
import { tableProblem } from './table-check.ts';
import type { TableNames } from './tables.ts';

/**
 * Client settings that bound every request: three attempts, each with one second to connect and two
 * seconds to respond. A DynamoDB that does not respond is detected within about seven seconds.
 */
export const dynamoDbClientDefaults = {
  maxAttempts: 3,
  // The ledger adds no middleware to a client in use, so the SDK need not put its own together for
  // every request.
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
 * Time in milliseconds after which no further attempt starts. It must exceed five seconds: only
 * then does a repeated request make DynamoDB complete a transaction whose coordinator failed.
 */
const maxRetryMs = 8_000;

/**
 * Pause before the second attempt, in milliseconds. It doubles for each further one; jitter cuts up
 * to half of it.
 */
const firstPauseMs = 25;

/** The write had no effect and can succeed when repeated. */
export interface Retryable {
  readonly kind: 'retry';
  readonly cause: unknown;
}

/**
 * Repeats `attempt` while its result is retryable. Throws `LedgerUnavailable` after six attempts or
 * eight seconds.
 */
export async function withRetries<T extends { readonly kind: string }>(
  attempt: () => Promise<T | Retryable>,
): Promise<T> {
  const startedAt = monotonicMs();
  for (let attempts = 1; ; attempts += 1) {
    const result = await attempt();
    if (!isRetryable(result)) return result;
    if (attempts === maxAttempts || monotonicMs() - startedAt > maxRetryMs) {
      throw new LedgerUnavailable(result.cause);
    }
    await sleep(firstPauseMs * 2 ** (attempts - 1) * (1 - Math.random() / 2));
  }
}

function isRetryable(result: { readonly kind: string }): result is Retryable {
  return result.kind === 'retry';
}

/**
 * Exceptions of DynamoDB for a request that is invalid, whatever the state of DynamoDB: a bug of
 * the gateway.
 */
const invalidRequestExceptions = [
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
];

/**
 * Exceptions of DynamoDB for requests beyond the throughput of a table, a partition or the account.
 */
const throttling = ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'];

/** Whether an exception of this name means that DynamoDB throttled the request. */
export function isThrottling(exception: string): boolean {
  return throttling.includes(exception);
}

/**
 * The error to throw for a failed request: the same error if it shows a bug, else
 * `LedgerUnavailable`.
 */
export function failureOf(error: unknown): unknown {
  if (error instanceof LedgerUnavailable) return error;
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

/**
 * Reasons that depend on concurrent requests and the state of DynamoDB, not on the stored items:
 * another transaction can succeed. Source of all reasons: the SDK's documentation of
 * `TransactionCanceledException`, and `BatchStatementErrorCodeEnum`.
 */
const transientReasons = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
];

/**
 * Reasons that hold for the same items in the same tables however often they are written. The
 * tables have no local index.
 */
const permanentReasons = ['ValidationError', 'ItemCollectionSizeLimitExceeded'];

/** Whether another transaction with the same items can succeed at once. */
export function isTransient({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code = '' }) => transientReasons.includes(Code));
}

/** Whether the items or the tables have to change before a transaction can succeed. */
function isPermanent({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code = '' }) => permanentReasons.includes(Code));
}

/**
 * The error of a cancelled transaction of which no condition failed. It wrote nothing. A reason
 * that is not known here, or a right that is missing, may pass.
 */
export function failureOfCancellation(error: TransactionCanceledException): LedgerUnavailable {
  const reasons = (error.CancellationReasons ?? []).map(described).join(', ');
  const cause = new Error(`DynamoDB cancelled the transaction: ${reasons || 'it gave no reasons'}.`, { cause: error });
  return isPermanent(error) ? new LedgerUnusable(cause) : new LedgerUnavailable(cause);
}

function described({ Code = 'unknown', Message }: CancellationReason): string {
  return Message === undefined ? Code : `${Code} (${Message})`;
}

/**
 * A plugin for the client of a ledger: where DynamoDB rejects a request as invalid, it compares the
 * tables with those of this version, and throws `LedgerUnusable` if they differ. Other requests
 * cost nothing; where the tables can't be described, the rejection is thrown as it is.
 */
export function tableCheck(
  client: DynamoDBClient,
  names: TableNames,
): Pluggable<ServiceInputTypes, ServiceOutputTypes> {
  let running: Promise<string | null> | null = null;
  /**
   * Requests that are rejected at the same time, such as those to all shards of an index, share one
   * comparison.
   */
  const compare = () => (running ??= tableProblem(client, names).finally(() => (running = null)));
  const check: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      const problem = isRejected(error) ? await compare().catch(() => null) : null;
      throw problem === null ? error : new LedgerUnusable(new Error(problem, { cause: error }));
    }
  };
  // First in the outermost step, so that it sees what the retries of the client end in.
  return { applyToStack: (stack) => stack.add(check, { step: 'initialize', name: 'tableCheck', override: true }) };
}

function isRejected(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) return isPermanent(error);
  return error instanceof DynamoDBServiceException && error.name === 'ValidationException';
}
