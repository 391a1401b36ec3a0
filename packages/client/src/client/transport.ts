import type { Authentication } from './auth.ts';
import { GatewayError, UnsentError } from './errors.ts';

/** The part of the Fetch API that the client uses. */
export type Fetch = (
  url: string,
  request: {
    readonly method: 'POST';
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<HttpResponse>;

/** The part of a `Response` that the client uses. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly text: () => Promise<string>;
}

/** How to reach the gateway. */
export interface Connection {
  /**
   * E.g. `https://abc.execute-api.eu-central-1.amazonaws.com`, with or without the path of the API.
   */
  readonly url: string;
  readonly authentication: Authentication;
  readonly fetch: Fetch;
  /** Milliseconds for one attempt; null for no limit. */
  readonly timeoutMs: number | null;
  /** Headers of every request, e.g. `user-agent`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A GraphQL operation to send. */
export interface GraphQLRequest {
  readonly operationName?: string;
  readonly query: string;
  readonly variables: object;
}

/** What came of an attempt. */
export type Answer =
  | {
      readonly kind: 'data';
      readonly data: Readonly<Record<string, unknown>>;
      /** Those beside the data. */
      readonly errors: readonly GatewayError[];
    }
  | { readonly kind: 'error'; readonly error: GatewayError }
  /** No answer, or one that does not tell whether the request was processed. */
  | {
      readonly kind: 'lost';
      readonly reason: unknown;
      readonly retryAfterSeconds: number | null;
      /** Whether something else than the gateway answered, so that a retry can't help. */
      readonly isForeign?: boolean;
    };

/**
 * Sends an operation once.
 *
 * @param signal cancels the attempt
 * @throws what authentication throws, {@link UnsentError}, and the reason of the signal
 */
export async function sendOnce(connection: Connection, request: GraphQLRequest, signal?: AbortSignal): Promise<Answer> {
  const url = endpointOf(connection);
  const body = JSON.stringify(request);
  const plain = { ...connection.headers, 'content-type': 'application/json', accept: 'application/json' };
  const timeout = connection.timeoutMs === null ? [] : [AbortSignal.timeout(connection.timeoutMs)];
  const attempt = AbortSignal.any([...timeout, ...(signal ? [signal] : [])]);
  const authentication = connection.authentication.authenticate({ url, headers: plain, body });
  const headers = { ...(await untilAborted(authentication, attempt, signal)) };
  try {
    const post = { method: 'POST', headers, body, redirect: 'manual', signal: attempt } as const;
    // Browsers reject their `fetch` as a method of another object.
    const { fetch } = connection;
    const response = await fetch(url.href, post);
    return read(url, response, await response.text());
  } catch (reason) {
    signal?.throwIfAborted();
    if (reason instanceof UnsentError) throw reason;
    return { kind: 'lost', reason, retryAfterSeconds: null };
  }
}

/** Waits for authentication no longer than for an attempt: a provider of tokens may hang. */
async function untilAborted<Value>(work: Promise<Value>, attempt: AbortSignal, signal?: AbortSignal): Promise<Value> {
  let stop = (): void => undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    stop = () => resolve('aborted');
    attempt.addEventListener('abort', stop);
    if (attempt.aborted) stop();
  });
  try {
    const first = await Promise.race([work.then((value) => ({ value })), aborted]);
    if (first !== 'aborted') return first.value;
    signal?.throwIfAborted();
    throw new UnsentError('The request was not sent: its token or credentials were not there in time.');
  } finally {
    attempt.removeEventListener('abort', stop);
  }
}

/** The URL of the API for the credentials of a connection. */
function endpointOf({ url, authentication }: Pick<Connection, 'url' | 'authentication'>): URL {
  const endpoint = new URL(url);
  endpoint.pathname = `${basePath(endpoint)}${authentication.route}`;
  return endpoint;
}

function basePath({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '').replace(/(?:\/iam)?\/graphql$/, '');
}

/** The URL of a gateway in one form, without the path of the API. */
export function gatewayOf(url: string): string {
  const endpoint = new URL(url);
  return `${endpoint.origin}${basePath(endpoint)}`;
}

function read(url: URL, response: HttpResponse, text: string): Answer {
  const body = parsed(text);
  const entries = isRecord(body) && Array.isArray(body.errors) ? (body.errors as unknown[]).filter(isRecord) : [];
  const data = isRecord(body) && isRecord(body.data) ? body.data : null;
  const errors = entries.map((entry) => graphQLError(response, entry, data));
  const [error] = errors;
  const hasData = Object.values(data ?? {}).some((value) => value !== null);
  if (error !== undefined && !hasData) return { kind: 'error', error };
  if (data !== null) return { kind: 'data', data, errors };
  return readOther(url, response, isRecord(body) ? body : {});
}

/**
 * API Gateway and proxies answer in their own form: without a result, the request may have been
 * executed.
 */
function readOther(url: URL, response: HttpResponse, body: Readonly<Record<string, unknown>>): Answer {
  const { status, headers } = response;
  const message = [body.message, body.advice].filter((part) => typeof part === 'string').join('. ');
  const text =
    foreignText(url, response) ?? `The gateway answered with HTTP status ${status}${message && `: ${message}`}`;
  if (status >= 200 && status < 300) {
    const reason = new Error(foreignText(url, response) ?? 'The answer is not a GraphQL response.');
    return { kind: 'lost', reason, retryAfterSeconds: null, isForeign: foreignText(url, response) !== null };
  }
  // 408: it did not come in time, on this connection (RFC 9110, section 15.5.9).
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'lost', reason: new Error(text), retryAfterSeconds: seconds(headers.get('retry-after')) };
  }
  const code = status === 401 ? 'UNAUTHENTICATED' : `HTTP_${status}`;
  const requestId = headers.get('apigw-requestid');
  const details = { code, status, requestId, retryable: false, retryAfterSeconds: null, extensions: {}, data: null };
  return { kind: 'error', error: new GatewayError(text, details) };
}

/**
 * What an answer says that only something else than the gateway can give, such as a web site: a
 * page, or a redirect.
 */
function foreignText(url: URL, { status, headers }: HttpResponse): string | null {
  const location = status >= 300 && status < 400 ? headers.get('location') : null;
  const type = headers.get('content-type');
  if (location === null && (type === null || /^application\/([\w.-]+\+)?json\b/i.test(type))) return null;
  const form = location === null ? type : `a redirect to ${location}`;
  return `${url.href} answered with HTTP status ${status} and ${form}. Is it the URL of the gateway?`;
}

/** Errors that a retry can end, for gateways whose errors do not say so. */
const retryableCodes: readonly unknown[] = ['LEDGER_UNAVAILABLE', 'LEDGER_FORMAT_UNSUPPORTED', 'EKS_READ_FAILED'];

function graphQLError(
  { status, headers }: HttpResponse,
  error: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>> | null,
): GatewayError {
  const extensions = isRecord(error.extensions) ? error.extensions : {};
  const { code, requestId, retryable, retryAfterSeconds } = extensions;
  return new GatewayError(typeof error.message === 'string' ? error.message : 'Unknown error.', {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    status,
    requestId: typeof requestId === 'string' ? requestId : headers.get('apigw-requestid'),
    retryable: typeof retryable === 'boolean' ? retryable : retryableCodes.includes(code),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null,
    extensions,
    data,
  });
}

function seconds(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
