import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextJWTAuthorizer,
  APIGatewayEventRequestContextV2WithAuthorizer,
  APIGatewayProxyEventV2WithRequestContext,
} from 'aws-lambda';

/** The identity of an API, which its requests do not contain. */
interface ApiIdentity {
  /** Account that the API is deployed in: 12 digits. */
  readonly accountId: string;
  /** `$default` or a stage's name. Paths do not start with the stage, as behind a custom domain. */
  readonly stage: string;
  /** Without the port. */
  readonly domainName: string;
}

/** The API id in the events of the local server. */
export const localApiId = 'local';

/** The parts of a request that routing and authorization read before its body. */
export interface RequestHead {
  readonly method: string;
  /** As sent, without the query string. */
  readonly path: string;
  /** As sent, without the question mark; empty when there is none. */
  readonly rawQueryString: string;
  /** Names in lower case; values of a repeated header with commas between them; no cookies. */
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: readonly string[];
  readonly sourceIp: string;
  /** Port that received the request. */
  readonly port: number;
  /** E.g. `HTTP/1.1`. */
  readonly protocol: string;
}

/** Apply to one connection only (RFC 9110, section 7.6.1), so gateways do not forward them. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Reads the head of a request. Keeps all repeated headers; Node.js itself would drop some. */
export function readHead(request: IncomingMessage): RequestHead {
  const [path = '', ...query] = (request.url ?? '').split('?');
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    const earlier = headers.get(name);
    if (name === 'cookie') cookies.push(...value.split(/; */).filter((cookie) => cookie !== ''));
    else if (!hopByHop.has(name)) headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return {
    method: request.method ?? '',
    path,
    rawQueryString: query.join('?'),
    headers,
    cookies,
    sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    port: request.socket.localPort ?? 0,
    protocol: `HTTP/${request.httpVersion}`,
  };
}

/** A request ID in the form of HTTP APIs: 15 characters and an equals sign. */
export function newRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

/** What the authorizer of a route adds to events. */
export type RequestAuthorizer =
  | {
      readonly jwt: {
        readonly claims: APIGatewayEventRequestContextJWTAuthorizer['jwt']['claims'];
        readonly scopes: string[] | null;
      };
    }
  | { readonly iam: APIGatewayEventRequestContextIAMAuthorizer['iam'] };

/** An event of the local server. */
export type LocalEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2WithAuthorizer<RequestAuthorizer>
>;

/** The inputs of one event. */
export interface EventInput {
  readonly api: ApiIdentity;
  readonly routeKey: string;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly authorizer: RequestAuthorizer;
  readonly body: Buffer;
  /** Arrival of the request, in milliseconds since the epoch. */
  readonly time: number;
}

/**
 * The event that an HTTP API's Lambda proxy integration sends, payload format 2.0, for a route with
 * an authorizer. Source: "Create AWS Lambda proxy integrations for HTTP APIs" in API Gateway's
 * developer guide.
 */
export function toEvent(input: EventInput): LocalEvent {
  const { api, routeKey, requestId, head, authorizer, body, time } = input;
  const isText = body.length === 0 || isTextual(head.headers.get('content-type'));
  return {
    version: '2.0',
    routeKey,
    rawPath: head.path,
    rawQueryString: head.rawQueryString,
    ...(head.cookies.length > 0 && { cookies: [...head.cookies] }),
    headers: forwardedHeaders(head, body, time),
    ...(head.rawQueryString !== '' && { queryStringParameters: parseQuery(head.rawQueryString) }),
    requestContext: {
      accountId: api.accountId,
      apiId: localApiId,
      authorizer,
      domainName: api.domainName,
      domainPrefix: api.domainName.split('.')[0] ?? api.domainName,
      http: {
        method: head.method,
        path: head.path,
        protocol: head.protocol,
        sourceIp: head.sourceIp,
        userAgent: head.headers.get('user-agent') ?? '',
      },
      requestId,
      routeKey,
      stage: api.stage,
      time: commonLogTime(time),
      timeEpoch: time,
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

/** The client's headers, and those that API Gateway adds. */
function forwardedHeaders(head: RequestHead, body: Buffer, time: number): Record<string, string> {
  const headers = new Map(head.headers);
  const chain = headers.get('x-forwarded-for');
  headers.set('x-forwarded-for', chain === undefined ? head.sourceIp : `${chain}, ${head.sourceIp}`);
  headers.set('x-forwarded-port', String(head.port));
  headers.set('x-forwarded-proto', 'http');
  if (!headers.has('x-amzn-trace-id')) {
    const seconds = Math.floor(time / 1000).toString(16);
    headers.set('x-amzn-trace-id', `Root=1-${seconds}-${randomBytes(12).toString('hex')}`);
  }
  // A chunked body is complete by now, so its length is known.
  if (body.length > 0) headers.set('content-length', String(body.length));
  return Object.fromEntries(headers);
}

const textualTypes = new Set(['application/json', 'application/xml', 'application/javascript', 'application/graphql']);

/**
 * Whether a body is put into the event as text. AWS does not document the types; observed on the
 * real service: `text/*` and the four above, unless they name a charset other than UTF-8.
 * Everything else is base64, including form data and bodies without a type.
 */
function isTextual(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(parameter)?.[1]).find(Boolean);
  const name = type.trim();
  return (name.startsWith('text/') || textualTypes.has(name)) && (charset ?? 'utf-8') === 'utf-8';
}

/** Decoded; values of a repeated parameter with commas between them. */
function parseQuery(rawQueryString: string): Record<string, string> {
  const parameters = new URLSearchParams(rawQueryString);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/** E.g. `24/Nov/2026:15:02:11 +0000`, the notation of web servers' access logs. */
function commonLogTime(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
