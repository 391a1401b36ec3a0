import type { Answer } from './answer.ts';
import type { RequestHead } from './event.ts';

/**
 * What an HTTP API with CORS permits to pages of the origins; `serverless.yml` has the same values.
 */
export const corsConfiguration = {
  methods: ['POST'],
  headers: ['authorization', 'content-type', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
  exposedHeaders: ['apigw-requestid'],
  maxAgeSeconds: 600,
} as const;

/**
 * The answer of an HTTP API with CORS to any OPTIONS request, of which a preflight of an allowed
 * origin gets the headers that permit the request; null for other requests, and without CORS.
 * Source: "Configure CORS for HTTP APIs in API Gateway".
 */
export function preflightAnswer(origins: readonly string[], { method, headers }: RequestHead): Answer | null {
  if (method !== 'OPTIONS' || origins.length === 0) return null;
  const answer = { statusCode: 204, headers: new Map<string, string>(), cookies: [], body: Buffer.alloc(0) };
  if (!isAllowed(origins, headers.get('origin')) || !headers.has('access-control-request-method')) {
    return answer;
  }
  const { methods, headers: allowed, maxAgeSeconds } = corsConfiguration;
  const permitted = new Map([
    ['access-control-allow-methods', methods.join(',')],
    ['access-control-allow-headers', allowed.join(',')],
    ['access-control-max-age', String(maxAgeSeconds)],
  ]);
  return { ...answer, headers: permitted };
}

/** The answer with the headers by which a page of an allowed origin may read it. */
export function withCors(origins: readonly string[], { headers }: RequestHead, answer: Answer): Answer {
  const origin = headers.get('origin');
  if (!isAllowed(origins, origin)) return answer;
  const cors = [
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', corsConfiguration.exposedHeaders.join(',')],
    ['vary', 'origin'],
  ] as const;
  return { ...answer, headers: new Map([...answer.headers, ...cors]) };
}

function isAllowed(origins: readonly string[], origin: string | undefined): origin is string {
  return origin !== undefined && origins.includes(origin);
}
