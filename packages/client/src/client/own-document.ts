import { call } from './call.ts';
import type { CallOptions, ResponseContent, Sender } from './call.ts';
import type { Attempt } from './retry.ts';

/**
 * A GraphQL document as text: a string, or a `TypedDocumentString` of GraphQL Code Generator, which
 * carries the types of its data and variables. Print the parsed documents of other libraries with
 * `print` of `graphql`.
 */
export interface GatewayDocument<Data, Variables> {
  readonly length: number;
  readonly toString: () => string;
  /** Carries the types; never present. */
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** Options of a call with a document of your own. */
export interface RequestOptions extends CallOptions {
  /** The operation to execute, if the document has several. */
  readonly operationName?: string | undefined;
}

/** Sends a document of the caller until its answer is final: see `request` of the client. */
export function sendDocument<Data, Variables extends object>(
  sender: Sender,
  document: GatewayDocument<Data, Variables>,
  variables: object = {},
  { operationName, ...options }: RequestOptions = {},
): Promise<Data> {
  const query = document.toString();
  // The word in a comment or a text also counts: the request is then sent once too rarely, and not
  // once too often.
  const isMutation = /\bmutation\b/.test(query);
  const token = isMutation ? tokenIn(variables) : null;
  const isRepeatable = !isMutation || token !== null;
  const request = { query, variables, ...(operationName === undefined ? {} : { operationName }) };
  return call(sender, { request, token, isRepeatable }, options, (content) => attemptOf<Data>(content, isMutation));
}

/**
 * What a response means: the fields of a mutation are payloads, whose status and refusal say
 * whether to send it again.
 */
function attemptOf<Data>({ data, errors }: ResponseContent, isMutation: boolean): Attempt<Data> {
  const [error] = errors;
  if (error !== undefined) {
    const end = () => {
      throw error;
    };
    const { retryable, code, retryAfterSeconds } = error;
    return retryable ? { kind: 'again', reason: code, retryAfterSeconds, end, mayBeDone: isMutation } : end();
  }
  const result = data as Data;
  const pending = isMutation ? Object.values(data).find(isPending) : undefined;
  if (pending === undefined) return { kind: 'done', result };
  const { status, retryAfterSeconds = null } = pending;
  return { kind: 'again', reason: status, retryAfterSeconds, end: () => result, mayBeDone: status !== 'REFUSED' };
}

interface Pending {
  readonly status: string;
  readonly retryAfterSeconds?: number | null;
}

/**
 * Whether a payload is to be asked for again: an unknown status counts as in progress, as the
 * schema asks.
 */
function isPending(field: unknown): field is Pending {
  if (typeof field !== 'object' || field === null || !('status' in field) || typeof field.status !== 'string')
    return false;
  if (field.status === 'REFUSED') return 'retryAfterSeconds' in field && typeof field.retryAfterSeconds === 'number';
  return field.status !== 'SUCCEEDED';
}

/** The client request token among the variables, or in an input among them. */
function tokenIn(variables: object): string | null {
  for (const value of [variables, ...(Object.values(variables) as readonly unknown[])]) {
    if (typeof value !== 'object' || value === null || !('clientRequestToken' in value)) continue;
    if (typeof value.clientRequestToken === 'string') return value.clientRequestToken;
  }
  return null;
}
