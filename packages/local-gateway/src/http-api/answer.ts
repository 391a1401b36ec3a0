import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Authorization } from './authorizer.ts';
import type { RequestHead } from './event.ts';
import { foreignPart } from '../../../eks-simulator/src/index.ts';
import type { AllowedSources } from '../../../eks-simulator/src/index.ts';

/** The response to the client. */
export interface Answer {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Values of `set-cookie` headers. */
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** A response by API Gateway itself: `{"message": …}` and the fields of `more`. */
export function gatewayAnswer(statusCode: number, message: string, more: Record<string, string> = {}): Answer {
  return {
    statusCode,
    headers: new Map([['content-type', 'application/json']]),
    cookies: [],
    body: Buffer.from(JSON.stringify({ message, ...more })),
  };
}

/** The most characters of a header that an answer quotes. */
const maxQuoted = 100;

/**
 * The response to a request that a page of another origin may have sent, see `foreignPart`; null
 * for other requests. The preflight of a foreign origin is not refused: an HTTP API answers it,
 * without a permission. API Gateway has neither check.
 */
export function refuseForeignPage({ method, headers }: RequestHead, allowed: AllowedSources): Answer | null {
  const [host = '', origin = ''] = [headers.get('host'), headers.get('origin')];
  switch (foreignPart({ host, origin: headers.get('origin') }, allowed)) {
    case 'host': {
      const advice = `${quoted(host)} is not a name of this machine. Set ALLOWED_HOSTS to the names by which containers reach it.`;
      return gatewayAnswer(421, 'Misdirected Request', { advice });
    }
    case 'origin': {
      const advice = `Pages of ${quoted(origin)} may not call the gateway. Set CORS_ORIGINS to the origins that may.`;
      return method === 'OPTIONS' ? null : gatewayAnswer(403, 'Forbidden', { advice });
    }
    case null:
      return null;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, maxQuoted));
}

/**
 * API Gateway's response to a request without a route. `advice` in the body is an addition of the
 * local server.
 */
export function notFoundAnswer(advice: string): Answer {
  return gatewayAnswer(404, 'Not Found', { advice });
}

/**
 * API Gateway's response to a request that the authorizer rejects. `www-authenticate` describes the
 * error, unless the request has no token. `advice` in the body is an addition of the local server.
 */
export function unauthorizedAnswer(
  { description }: Extract<Authorization, { kind: 'unauthorized' }>,
  hasToken: boolean,
): Answer {
  const fault = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  const advice = `${fault} Get a token with the command that the gateway printed at its start.`;
  const { headers, ...answer } = gatewayAnswer(401, 'Unauthorized', { advice });
  const challenge = `Bearer scope="" error="invalid_token" error_description="${quotable(description)}"`;
  return { ...answer, headers: new Map([...headers, ['www-authenticate', hasToken ? challenge : 'Bearer']]) };
}

/**
 * API Gateway's response to a request whose signature the IAM authorizer rejects. `advice` is an
 * addition of the local server.
 */
export function forbiddenAnswer(description: string): Answer {
  const fault = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  return gatewayAnswer(403, 'Forbidden', {
    advice: `${fault} The gateway printed a command that signs a request at its start.`,
  });
}

/**
 * RFC 6750, section 3, allows only these characters in an error_description; parts of ours come
 * from the token.
 */
function quotable(text: string): string {
  return text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

/**
 * Converts a handler's result to a response, payload format 2.0: a result with `statusCode` is a
 * response, any other is the body of a JSON response with status 200. Throws where API Gateway
 * could not convert the result. Source: as for `toEvent`; `text/plain` for a result without a
 * content type was observed on the real service.
 */
export function toAnswer(result: unknown): Answer {
  if (!isRecord(result) || result.statusCode === undefined) {
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    const headers = new Map([['content-type', 'application/json']]);
    return { statusCode: 200, headers, cookies: [], body: Buffer.from(text) };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw malformed(`statusCode ${JSON.stringify(statusCode)}`);
  if (!isRecord(headers)) throw malformed('headers that are not an object');
  if (!isTexts(cookies)) throw malformed('cookies that are not a list of strings');
  if (typeof body !== 'string') throw malformed('a body that is not a string');
  for (const cookie of cookies) validateHeaderValue('set-cookie', cookie);
  return {
    statusCode: status,
    headers: new Map([['content-type', 'text/plain; charset=utf-8'], ...ownHeaders(headers)]),
    cookies,
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Set by the server, which decides how the body is sent. */
const serverHeaders = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

function ownHeaders(headers: Record<string, unknown>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lowerCase = name.toLowerCase();
    if (serverHeaders.has(lowerCase) || value === null || value === undefined) return [];
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw malformed(`a header ${name} that is not a string`);
    }
    const text = String(value);
    validateHeaderName(name);
    validateHeaderValue(name, text);
    return [[lowerCase, text]];
  });
}

function malformed(what: string): Error {
  return new Error(`The handler returned ${what}: API Gateway responds to that with Internal Server Error.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}
