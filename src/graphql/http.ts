import type { HTTPGraphQLRequest } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { handlers } from '@as-integrations/aws-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { GraphQLError } from 'graphql';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { errorCodes } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';
import { requestError } from './errors.ts';
import { describeError } from './format-error.ts';
import { isNestedTooDeeply } from './nesting.ts';

/** A request for Apollo Server, or why the event is not one. */
export type ReadRequest =
  | { readonly kind: 'request'; readonly request: HTTPGraphQLRequest }
  | { readonly kind: 'rejected'; readonly code: ErrorCode; readonly error: GraphQLError };

/**
 * The most tokens of a document: enough for introspection and for 50 tags as literals; too few to
 * keep the parser busy.
 */
export const maxTokens = 5_000;

const example = '{"query": "…", "variables": {…}}';

/**
 * Method and headers of an event, if they are those of a request: POST, with JSON in UTF-8. Reads
 * no body.
 */
export function readHead(event: APIGatewayProxyEventV2): ReadRequest {
  const headers = new HeaderMap(
    Object.entries(event.headers).map(([name, value = '']) => [name.toLowerCase(), value] as const),
  );
  const { method } = event.requestContext.http;
  if (method !== 'POST') {
    return rejected('METHOD_NOT_ALLOWED', `The gateway accepts POST only: send ${example} with POST.`);
  }
  if (!isJson(headers.get('content-type') ?? '')) {
    const message = `The body must be JSON in UTF-8: send ${example} with content-type application/json.`;
    return rejected('UNSUPPORTED_MEDIA_TYPE', message);
  }
  return { kind: 'request', request: { method, headers, search: '', body: undefined } };
}

/**
 * Adds the body of an event, a JSON object of up to 6 MB, to its head. Call it only where the
 * sender is known.
 */
export function readBody(event: APIGatewayProxyEventV2, head: HTTPGraphQLRequest): ReadRequest {
  const body = parsedBody(event);
  if (body.kind === 'invalid') {
    // The parser's own message quotes the body.
    return rejected('BAD_REQUEST', `The body is not JSON. Send ${example} with content-type application/json.`);
  }
  const { query } = (body.value ?? {}) as { readonly query?: unknown };
  if (typeof query === 'string' && isNestedTooDeeply(query, maxTokens)) {
    return rejected(
      'GRAPHQL_PARSE_FAILED',
      'The brackets of the document are nested too deeply. Pass values as variables.',
    );
  }
  return { kind: 'request', request: { ...head, body: body.value } };
}

function rejected(code: ErrorCode, message: string): Extract<ReadRequest, { kind: 'rejected' }> {
  return { kind: 'rejected', code, error: requestError(code, message) };
}

function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charsets = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1] ?? 'utf-8');
  return type.trim() === 'application/json' && charsets.every((charset) => charset === 'utf-8' || charset === 'utf8');
}

function parsedBody({ body = '', isBase64Encoded }: APIGatewayProxyEventV2) {
  if (body === '') return { kind: 'parsed', value: undefined } as const;
  try {
    const value: unknown = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
    return { kind: 'parsed', value } as const;
  } catch {
    return { kind: 'invalid' } as const;
  }
}

/** The answer to an event. */
export interface Response extends APIGatewayProxyStructuredResultV2 {
  readonly statusCode: number;
  readonly body: string;
}

/** The request that was read from an event, and its context. */
interface Incoming {
  readonly request: HTTPGraphQLRequest;
  /** Rejects where the request may not be executed; the request then has no body. */
  readonly context: Promise<RequestContext>;
}

/**
 * How `@as-integrations/aws-lambda` reads events and answers. Its own handler for HTTP APIs would
 * parse the body again, and answer an exception with its message.
 */
export const requestHandler = handlers.createRequestHandler<Incoming, Response>(({ request }) => request, {
  success: ({ status = 200, headers, body }) => {
    if (body.kind !== 'complete') throw new Error('Apollo Server answered in chunks, which needs @defer or @stream.');
    return { statusCode: status, headers: Object.fromEntries(headers), body: body.string };
  },
  error: (error) => {
    throw error;
  },
});

/** The answer to an event that is not a request for Apollo Server. */
export function rejection({ code, error }: Extract<ReadRequest, { kind: 'rejected' }>) {
  return {
    statusCode: errorCodes[code].status,
    headers: { 'content-type': jsonType, ...(code === 'METHOD_NOT_ALLOWED' ? { allow: 'POST' } : {}) },
    body: JSON.stringify({ errors: [describeError(error)] }),
  } satisfies APIGatewayProxyStructuredResultV2;
}

const jsonType = 'application/json; charset=utf-8';

/**
 * Headers of every answer: it is data for one client, and no browser should run, frame, guess or
 * keep it.
 */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Two years, as browsers' preload lists require at least one. Over plain HTTP the header has no
 * meaning (RFC 6797).
 */
const strictTransport = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } as const;

/** Adds the security headers to the answer to an event. */
export function withSecurityHeaders<Answer extends APIGatewayProxyStructuredResultV2>(
  event: APIGatewayProxyEventV2,
  answer: Answer,
): Answer {
  const isHttps = event.headers['x-forwarded-proto'] === 'https';
  return { ...answer, headers: { ...answer.headers, ...securityHeaders, ...(isHttps ? strictTransport : {}) } };
}
