import { createHash } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyInconsistentStateError,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { Context as LambdaContext } from 'aws-lambda';
import type { MutationResult } from '../../../src/operations/terms/result.ts';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import type { MutationRequest } from '../../../src/model/operation.ts';
import type { OperationKind } from '../../../src/model/operation.ts';
import type { BaselineDependencies } from './dependencies.ts';

/**
 * The idempotency claim of a request: the first five fields form the key; the request must be the
 * same for the same key.
 */
export interface Claim {
  readonly principalId: string;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly operation: OperationKind;
  readonly clientRequestToken: string;
  readonly request: MutationRequest;
}

/** The result of a claim. */
export type IdempotentResult =
  /** `replayed` in the answer is true if an earlier request did the work. */
  | { readonly kind: 'answered'; readonly answer: MutationResult }
  | { readonly kind: 'in-progress' }
  /** The id is null while the earlier request is running. */
  | { readonly kind: 'other-input'; readonly originalOperationId: string | null };

/** The result of one execution. */
export interface ExecutionResult {
  readonly answer: MutationResult;
  /** False if a retry may give another answer, so that the record must be deleted. */
  readonly isFinal: boolean;
}

/** Set explicitly, because Powertools otherwise derives it from the environment. */
const keyPrefix = 'pod-identity';

const settings = {
  eventKeyJmesPath: '[principalId, actorId, onBehalfOf, operation, clientRequestToken]',
  payloadValidationJmesPath: 'request',
  throwOnNoIdempotencyKey: true,
  expiresAfterSeconds: 7 * 24 * 3600,
  hashFunction: 'sha256',
  useLocalCache: false,
};

/**
 * Runs `work` unless the claim has a stored answer. Throws `LedgerUnavailable` if the claim can't
 * be written, and whatever `work` throws. Returns the answer of `work` even if its record can't be
 * updated.
 */
export async function runIdempotently(
  { store, log }: Pick<BaselineDependencies, 'store' | 'log'>,
  lambda: LambdaContext,
  claim: Claim,
  work: () => Promise<ExecutionResult>,
): Promise<IdempotentResult> {
  // Powertools treats 0 as unknown, and then the record can't be taken over before it expires.
  if (lambda.getRemainingTimeInMillis() <= 0) throw new LedgerUnavailable(new Error('The function has no time left.'));
  // Each request needs its own config, because the Lambda context is a field of it.
  const config = new IdempotencyConfig({
    ...settings,
    responseHook: (response) => Object.assign({}, response, { replayed: true }),
  });
  config.registerLambdaContext(lambda);
  let result: ExecutionResult | undefined;
  const executeAndKeep = async (_: Claim): Promise<MutationResult> => {
    result = await work();
    // Powertools stores every returned answer and deletes the record after an exception.
    if (!result.isFinal) throw new NotFinal('The answer is not final.');
    return result.answer;
  };
  try {
    const run = makeIdempotent(executeAndKeep, { persistenceStore: store, config, keyPrefix });
    return { kind: 'answered', answer: await run(claim) };
  } catch (error) {
    if (!result) return resultOfError(error);
    if (!(error instanceof NotFinal)) log('error', 'Could not update an idempotency record.', { error: String(error) });
    return { kind: 'answered', answer: result.answer };
  }
}

class NotFinal extends Error {}

/** Interprets a Powertools error of a request without an answer. */
function resultOfError(error: unknown): IdempotentResult {
  if (error instanceof IdempotencyAlreadyInProgressError) return { kind: 'in-progress' };
  // The record expired or disappeared several times while it was being read.
  if (error instanceof IdempotencyInconsistentStateError) return { kind: 'in-progress' };
  if (error instanceof IdempotencyPersistenceLayerError) throw new LedgerUnavailable(error);
  if (!(error instanceof IdempotencyValidationError)) throw error;
  const kept = error.existingRecord?.getResponse() as
    { readonly auditEntry: { readonly operationId: string } } | undefined;
  return { kind: 'other-input', originalOperationId: kept?.auditEntry.operationId ?? null };
}

/** The id of the Powertools record of a claim. */
export function recordIdOf(claim: Omit<Claim, 'request'>): string {
  const { principalId, actorId, onBehalfOf, operation, clientRequestToken } = claim;
  const key = JSON.stringify([principalId, actorId, onBehalfOf, operation, clientRequestToken]);
  return `${keyPrefix}#${createHash(settings.hashFunction).update(key).digest('base64')}`;
}
