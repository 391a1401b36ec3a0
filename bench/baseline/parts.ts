import type { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Log } from '../../src/runtime/log.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import type { Authorize } from '../../src/policy/policy.ts';
import type { Append } from './audit.ts';
import type { EksCalls } from './eks.ts';

/** What the mutations work with. All of it belongs to one function, none to the process. */
export interface BaselineParts {
  readonly authorize: Authorize;
  readonly eks: EksCalls;
  readonly append: Append;
  /** Powertools' records of request tokens. */
  readonly store: DynamoDBPersistenceLayer;
  /** Account and region of a request that names none, and the only ones that are served. */
  readonly home: { readonly accountId: string; readonly region: string };
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** A new ULID that sorts after the ones before it. */
  readonly ulid: (time: number) => string;
  readonly log: Log;
}

/** What a resolver knows of its request. */
export interface RequestContext {
  readonly identity: RequestIdentity;
  readonly lambda: LambdaContext;
}
