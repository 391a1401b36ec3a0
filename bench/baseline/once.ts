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
import type { MutationResult } from '../../src/operations/result.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { MutationRequest } from '../../src/model/operation.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import type { BaselineParts } from './parts.ts';

/** What Powertools is told of a request: the first five make its key, the request is what must be the same again. */
export interface Claim {
  readonly principalId: string;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly operation: OperationKind;
  readonly clientRequestToken: string;
  readonly request: MutationRequest;
}

/** What becomes of a claim. */
export type Once =
  /** `replayed` in the answer tells whether the work was done now or earlier. */
  | { readonly kind: 'answered'; readonly answer: MutationResult }
  | { readonly kind: 'in-progress' }
  /** The id is null while that earlier request is still at work. */
  | { readonly kind: 'other-input'; readonly originalOperationId: string | null };

/** What the work came to. */
export interface Worked {
  readonly answer: MutationResult;
  /** False where the same token can still come to something else, so that it must be forgotten. */
  readonly isFinal: boolean;
}

/** Set here, because Powertools otherwise takes it from the environment. */
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
 * Does the work unless it was done for this claim already. Throws `LedgerUnavailable` where the claim could not be made, and
 * what the work throws. What the work came to is answered, even where its record could not be brought up to date.
 */
export async function once(
  { store, log }: Pick<BaselineParts, 'store' | 'log'>,
  lambda: LambdaContext,
  claim: Claim,
  work: () => Promise<Worked>,
): Promise<Once> {
  // Powertools takes 0 for "not known", and nobody can take over a record that is begun like that before it expires.
  if (lambda.getRemainingTimeInMillis() <= 0) throw new LedgerUnavailable(new Error("The function's time is over."));
  // A config for each request: the Lambda context is a field of it, which the next request would overwrite.
  const config = new IdempotencyConfig({
    ...settings,
    responseHook: (response) => Object.assign({}, response, { replayed: true }),
  });
  config.registerLambdaContext(lambda);
  let worked: Worked | undefined;
  const workAndKeep = async (_: Claim): Promise<MutationResult> => {
    worked = await work();
    // Powertools keeps all that is returned, and forgets the token of what throws.
    if (!worked.isFinal) throw new NotFinal('The answer is not final.');
    return worked.answer;
  };
  try {
    const run = makeIdempotent(workAndKeep, { persistenceStore: store, config, keyPrefix });
    return { kind: 'answered', answer: await run(claim) };
  } catch (error) {
    if (!worked) return withoutWork(error);
    if (!(error instanceof NotFinal)) log('error', 'The record of a token is out of date.', { error: String(error) });
    return { kind: 'answered', answer: worked.answer };
  }
}

class NotFinal extends Error {}

/** What Powertools' errors mean where the work did not come to an answer. */
function withoutWork(error: unknown): Once {
  if (error instanceof IdempotencyAlreadyInProgressError) return { kind: 'in-progress' };
  // The record expired or went while it was being read, several times in a row.
  if (error instanceof IdempotencyInconsistentStateError) return { kind: 'in-progress' };
  if (error instanceof IdempotencyPersistenceLayerError) throw new LedgerUnavailable(error);
  if (!(error instanceof IdempotencyValidationError)) throw error;
  const kept = error.existingRecord?.getResponse() as
    { readonly auditEntry: { readonly operationId: string } } | undefined;
  return { kind: 'other-input', originalOperationId: kept?.auditEntry.operationId ?? null };
}

/** The id of the record that Powertools keeps of a claim. */
export function recordIdOf(claim: Omit<Claim, 'request'>): string {
  const { principalId, actorId, onBehalfOf, operation, clientRequestToken } = claim;
  const key = JSON.stringify([principalId, actorId, onBehalfOf, operation, clientRequestToken]);
  return `${keyPrefix}#${createHash(settings.hashFunction).update(key).digest('base64')}`;
}
