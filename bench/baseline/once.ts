import { createHash } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Answer } from '../../src/associations/answer.ts';
import type { MutationRequest } from '../../src/model/association.ts';
import type { OperationKind } from '../../src/model/audit.ts';

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
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'in-progress' }
  /** The id is null while that earlier request is still at work. */
  | { readonly kind: 'other-input'; readonly originalOperationId: string | null };

/** Thrown by the work where its answer must not be kept, so that the same token can be used again. */
export class NotKept extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('The answer is not to be kept.');
    this.name = 'NotKept';
    this.answer = answer;
  }
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
 * Does the work unless it was done for this claim already. Powertools deletes its record where the work throws, and this
 * throws the same; or Powertools' own error where the record could not be written.
 */
export async function once(
  store: DynamoDBPersistenceLayer,
  lambda: LambdaContext,
  claim: Claim,
  work: () => Promise<Answer>,
): Promise<Once> {
  // A config for each request: the Lambda context is a field of it, which the next request would overwrite.
  const config = new IdempotencyConfig({
    ...settings,
    responseHook: (response) => Object.assign({}, response, { replayed: true }),
  });
  config.registerLambdaContext(lambda);
  const run = makeIdempotent((_: Claim) => work(), { persistenceStore: store, config, keyPrefix });
  try {
    return { kind: 'answered', answer: await run(claim) };
  } catch (error) {
    if (error instanceof NotKept) return { kind: 'answered', answer: error.answer };
    if (error instanceof IdempotencyAlreadyInProgressError) return { kind: 'in-progress' };
    if (!(error instanceof IdempotencyValidationError)) throw error;
    const first = error.existingRecord?.getResponse() as unknown as Answer | undefined;
    return { kind: 'other-input', originalOperationId: first?.auditEntry.operationId ?? null };
  }
}

/** The id of the record that Powertools keeps of a claim. */
export function recordIdOf(claim: Omit<Claim, 'request'>): string {
  const { principalId, actorId, onBehalfOf, operation, clientRequestToken } = claim;
  const key = JSON.stringify([principalId, actorId, onBehalfOf, operation, clientRequestToken]);
  return `${keyPrefix}#${createHash(settings.hashFunction).update(key).digest('base64')}`;
}
