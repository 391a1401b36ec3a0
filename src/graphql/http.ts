import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { errorCodes } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';
import { requestError } from './errors.ts';
import { describeError } from './format-error.ts';

interface Rejection extends APIGatewayProxyStructuredResultV2 {
  readonly statusCode: number;
  readonly body: string;
}

const example = '{"query": "…", "variables": {…}}';

/**
 * The answer to an event that is not a request for Apollo Server; undefined for one that is: POST, with JSON in UTF-8 as its
 * body. Apollo Server's own answers quote the body.
 */
export function rejectionOf(event: APIGatewayProxyEventV2): Rejection | undefined {
  if (event.requestContext.http.method !== 'POST') {
    return rejection('METHOD_NOT_ALLOWED', `The gateway accepts POST only: send ${example} with POST.`);
  }
  if (!isJson(headerOf(event, 'content-type'))) {
    const message = `The body must be JSON in UTF-8: send ${example} with content-type application/json.`;
    return rejection('UNSUPPORTED_MEDIA_TYPE', message);
  }
  if (!hasJson(event)) {
    return rejection('BAD_REQUEST', `The body is not JSON. Send ${example} with content-type application/json.`);
  }
  return undefined;
}

/** The event of a JSON request, with the content type spelled as `@as-integrations/aws-lambda` compares it. */
export function asJsonEvent(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const others = Object.entries(event.headers).filter(([name]) => name.toLowerCase() !== 'content-type');
  return { ...event, headers: { ...Object.fromEntries(others), 'content-type': 'application/json' } };
}

/** The value of a header of an event; empty where it is absent. */
function headerOf({ headers }: APIGatewayProxyEventV2, name: string): string {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
}

function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charsets = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1] ?? 'utf-8');
  return type.trim() === 'application/json' && charsets.every((charset) => charset === 'utf-8' || charset === 'utf8');
}

function hasJson({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): boolean {
  if (body === '') return true;
  try {
    JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
    return true;
  } catch {
    return false;
  }
}

function rejection(code: ErrorCode, message: string): Rejection {
  return {
    statusCode: errorCodes[code].status,
    headers: { 'content-type': jsonType, ...(code === 'METHOD_NOT_ALLOWED' ? { allow: 'POST' } : {}) },
    body: JSON.stringify({ errors: [describeError(requestError(code, message))] }),
  };
}

const jsonType = 'application/json; charset=utf-8';

/** Headers of every answer: it is data for one client, and no browser should run, frame, guess or keep it. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Two years, as browsers' preload lists require at least one. Over plain HTTP the header has no meaning (RFC 6797). */
const strictTransport = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } as const;

/** Adds the security headers to the answer to an event. */
export function withSecurityHeaders<Answer extends APIGatewayProxyStructuredResultV2>(
  event: APIGatewayProxyEventV2,
  answer: Answer,
): Answer {
  const isHttps = event.headers['x-forwarded-proto'] === 'https';
  return { ...answer, headers: { ...answer.headers, ...securityHeaders, ...(isHttps ? strictTransport : {}) } };
}
