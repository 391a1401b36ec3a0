import type { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Log } from '../../../src/runtime/log.ts';
import type { RecordPrincipal, RequestIdentity } from '../../../src/model/principal.ts';
import type { Authorize } from '../../../src/policy/policy.ts';
import type { Append } from './audit.ts';
import type { EksCalls } from './eks.ts';

/** Dependencies of the mutations. They belong to one baseline; none is global. */
export interface BaselineDependencies {
  readonly authorize: Authorize;
  readonly recordPrincipal: RecordPrincipal;
  readonly eks: EksCalls;
  readonly append: Append;
  /** The idempotency records of Powertools. */
  readonly store: DynamoDBPersistenceLayer;
  /** Account and region of a request that names none. No others are supported. */
  readonly home: { readonly accountId: string; readonly region: string };
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** A new ULID that sorts after the ones before it. */
  readonly ulid: (time: number) => string;
  readonly log: Log;
}

/** The context of a request in the resolvers. */
export interface RequestContext {
  readonly identity: RequestIdentity;
  readonly lambda: LambdaContext;
}
