import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { LedgerUnavailable } from './ledger.ts';

/**
 * Settings for the ledger's client under which every request ends: three tries, each with one second to connect and two
 * to be answered, so that a DynamoDB that says nothing is noticed within about seven seconds.
 */
export const dynamoDbClientDefaults = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    // Without it the request time-out only logs a warning.
    throwOnRequestTimeout: true,
    // The request time-out ends with the response's head; this one also ends a body that stops coming.
    socketTimeout: 2_000,
  },
} satisfies DynamoDBClientConfig;

/** Tries of one write that DynamoDB put off, each of them with the client's own tries inside. */
const maxTries = 6;

/**
 * After this time no further try begins. DynamoDB finishes a transaction whose coordinator died when it is asked again
 * five seconds later, so it must be longer than that.
 */
const maxTryingMs = 8_000;

/** Pause before the second try; each further one is twice as long, and all are cut at random by up to a half. */
const firstPauseMs = 25;

/** DynamoDB did nothing, and may do it when asked again. */
export interface Again {
  readonly kind: 'again';
  readonly cause: unknown;
}

/** Makes `attempt` until it has a result. Throws `LedgerUnavailable` when it takes too many tries, or too long. */
export async function repeatedly<T extends { readonly kind: string }>(attempt: () => Promise<T | Again>): Promise<T> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    const result = await attempt();
    if (!isAgain(result)) return result;
    if (tries === maxTries || performance.now() - startedAt > maxTryingMs) throw new LedgerUnavailable(result.cause);
    await sleep(firstPauseMs * 2 ** (tries - 1) * (1 - Math.random() / 2));
  }
}

function isAgain(result: { readonly kind: string }): result is Again {
  return result.kind === 'again';
}

/** Exceptions by which DynamoDB says that the request itself is wrong: a bug here, whatever state DynamoDB is in. */
const bugs = ['ValidationException', 'SerializationException', 'IdempotentParameterMismatchException'];

/** What to throw for what a request threw. */
export function failureOf(error: unknown): unknown {
  const isBug = error instanceof DynamoDBServiceException && bugs.includes(error.name);
  return isBug ? error : new LedgerUnavailable(error);
}

/** The answer to a request. Throws `LedgerUnavailable` when there is none. */
export async function answered<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    throw failureOf(error);
  }
}
