import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { unmarshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { AssociationStates } from '../../../src/ledger/state-store.ts';
import type {
  ApprovalFacts,
  EksChange,
  ErasureFacts,
  MutationKind,
  ObservedFact,
  RecordFact,
  TrailEntry,
} from '../facts.ts';

/** Names of an implementation's tables, by content. */
export interface Tables {
  readonly idempotency: string;
  readonly audit: string;
}

/** One running instance of an implementation. */
export interface Process {
  readonly handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
  /** One run of the scheduled reconciler; null if there is none. */
  readonly reconcile: (() => Promise<void>) | null;
  /** One run of the scheduled scan; null if there is none. */
  readonly scan: (() => Promise<void>) | null;
  /** One run of the scheduled function that ends associations; null if there is none. */
  readonly expire: (() => Promise<void>) | null;
  /** The command of an operator that erases the personal data of the principal `alice`; null if there is none. */
  readonly erase: (() => Promise<void>) | null;
  readonly close: () => void;
}

/** Reads of the state and the history of a service account. */
export type HistoryReads = Pick<AssociationStates, 'getAssociationState'> & Pick<AssociationReads, 'readVersions'>;

/** An implementation of the API that the matrix tests. */
export interface Implementation {
  readonly name: string;
  /** The library that its idempotency is built with, and its version; null: none. */
  readonly library: string | null;
  /** Locks all changes, by requests to DynamoDB at `url`; null if there are no locks. */
  readonly lock: ((url: string, tables: Tables) => Promise<void>) | null;
  /** Locks a principal and lifts the lock; null if there are no locks. */
  readonly lockForAMoment: ((url: string, tables: Tables, principalId: string) => Promise<void>) | null;
  /**
   * Leaves the operation of the only record in progress on its service account, as another version of the gateway that closed it, by requests to DynamoDB
   * at `url`; null if nothing is kept of that.
   */
  readonly leaveInProgress: ((url: string, tables: Tables) => Promise<void>) | null;
  /** Whether it has adoptions. */
  readonly adopts: boolean;
  /** Whether requests can name a desired state. */
  readonly hasDesiredStates: boolean;
  /** Whether it changes tags of what exists. */
  readonly changesTags: boolean;
  /** Whether it has a scheduled reconciler. */
  readonly hasReconciler: boolean;
  readonly createTables: (client: DynamoDBClient, tables: Tables) => Promise<void>;
  /** Starts a process that sends its EKS and DynamoDB requests to `url`. */
  readonly start: (url: string, tables: Tables) => Process;
  /** What scans recorded, by the items of both tables; null if there are no scans. */
  readonly observed:
    ((audit: readonly Item[], idempotency: readonly Item[]) => Omit<ObservedFact, 'isDrift' | 'isLeft'>) | null;
  /** How queries read the state and the history of a service account; null if there is no history. */
  readonly history: ((client: DynamoDBClient, tables: Tables) => HistoryReads) | null;
  /** The approvals and their entries, by the items of both tables; null if no request needs one. */
  readonly approvals: ((audit: readonly Item[], idempotency: readonly Item[]) => Omit<ApprovalFacts, 'votes'>) | null;
  /** The erasures of personal data, by the items of the audit table; null if nothing is erased. */
  readonly erasures: ((audit: readonly Item[]) => ErasureFacts) | null;
  /** Whether associations can end by themselves. */
  readonly hasExpiries: boolean;
  /** Converts raw table items into facts. */
  readonly entries: (items: readonly Item[]) => TrailEntry[];
  readonly records: (items: readonly Item[]) => RecordFact[];
  /**
   * The operation that an EKS request belongs to, derived from the token in that request; null if it can't be derived.
   */
  readonly operationOf: (
    change: Omit<EksChange, 'operationId'>,
    eksToken: string | null,
    entries: readonly TrailEntry[],
  ) => string | null;
}

/** A DynamoDB item as plain JSON. Only the implementation itself writes it, so its shape is known. */
export type Item = ReturnType<typeof unmarshall>;

const kinds: readonly MutationKind[] = ['create', 'update', 'delete', 'adopt', 'tag', 'untag'];

/** The kind of change of an operation such as `CREATE_POD_IDENTITY_ASSOCIATION`. Throws for an unknown operation. */
export function kindOf(operation: string): MutationKind {
  const kind = kinds.find((each) => operation.toLowerCase().startsWith(each));
  if (!kind)
    throw new Error(`Unknown operation ${operation}: add its kind to test/reliability/matrix/implementation.ts.`);
  return kind;
}
