import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { unmarshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { ChangeKind, EksChange, TokenFact, TrailEntry } from '../facts.ts';

/** Names of the tables that a contender keeps, by what they hold. */
export interface Tables {
  readonly tokens: string;
  readonly audit: string;
}

/** One process of a gateway. It knows of the world what it is told at its start. */
export interface Process {
  readonly handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
  /** What runs on a schedule and closes what others left open; null where there is no such thing. */
  readonly reconcile: (() => Promise<void>) | null;
  readonly close: () => void;
}

/** A gateway in the matrix. */
export interface Contender {
  readonly name: string;
  /** Whether something of it runs on a schedule and closes what others left open. */
  readonly settles: boolean;
  readonly createTables: (client: DynamoDBClient, tables: Tables) => Promise<void>;
  /** Starts a process that reaches EKS and DynamoDB at `url`. */
  readonly start: (url: string, tables: Tables) => Process;
  /** Reads entries and tokens from what the tables hold, as it is. */
  readonly entries: (items: readonly Item[]) => TrailEntry[];
  readonly tokens: (items: readonly Item[]) => TokenFact[];
  /** The operation that a request to EKS belongs to, by the token that EKS was sent; null when it tells nothing. */
  readonly operationOf: (
    change: Omit<EksChange, 'operationId'>,
    eksToken: string | null,
    entries: readonly TrailEntry[],
  ) => string | null;
}

/** An item of DynamoDB as plain JSON. Only the contender itself writes it, so it knows what is in it. */
export type Item = ReturnType<typeof unmarshall>;

const kinds: readonly ChangeKind[] = ['create', 'update', 'delete'];

/** The kind of a change, by the name of the operation that asks for it: `CREATE_POD_IDENTITY_ASSOCIATION`. */
export function kindOf(operation: string): ChangeKind {
  const kind = kinds.find((each) => operation.toLowerCase().startsWith(each));
  if (!kind) throw new Error(`${operation} is no change that the matrix knows.`);
  return kind;
}
