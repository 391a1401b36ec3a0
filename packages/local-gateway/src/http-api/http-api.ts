import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import type { EventSource } from '../../../../src/auth/event-source.ts';
import { foreignPart, localUrl } from '../../../eks-simulator/src/index.ts';
import { admit } from './admission.ts';
import type { Authorizers } from './admission.ts';
import { gatewayAnswer, refuseForeignPage, toAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { readBody } from './body.ts';
import { trackConnections } from './connections.ts';
import { makeContext } from './context.ts';
import { preflightAnswer, withCors } from './cors.ts';
import { localApiId, newRequestId, readHead, toEvent } from './event.ts';
import type { LocalEvent, RequestHead } from './event.ts';
import type { AnswerPage } from '../page.ts';

/** A Lambda function's handler behind an HTTP API, payload format 2.0, without a callback. */
export type HttpApiHandler = (event: LocalEvent, context: Context) => Promise<unknown>;

/** What to serve, and its limits. */
export interface HttpApiSettings extends Authorizers {
  /** 0: any free port. */
  readonly port: number;
  readonly host?: string;
  readonly handler: HttpApiHandler;
  /** The routes of the page, which need no authorizer; none by default. */
  readonly page?: AnswerPage;
  /** Account ID in events: 12 digits. */
  readonly accountId: string;
  readonly stage?: string;
  /**
   * Origins of the pages that may call the API, e.g. `https://console.example`; none by default.
   */
  readonly corsOrigins?: readonly string[];
  /**
   * Names in the header Host that are accepted besides loopback names and `host`, without a port;
   * none by default.
   */
  readonly allowedHosts?: readonly string[];
  readonly functionName?: string;
  /** Time-out of the handler, as Lambda has; the client then gets status 500. */
  readonly functionTimeoutMs?: number;
  /** Largest body; Lambda accepts 6 MB per invocation, API Gateway 10 MB per request. */
  readonly maxBodyBytes?: number;
  /** How long a client may take to send a complete request. */
  readonly requestTimeoutMs?: number;
  /** How long `close` waits for the requests in progress. */
  readonly graceMs?: number;
}

/** A running server. */
export interface HttpApi {
  /** E.g. `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /**
   * Accepts no new requests and waits up to `graceMs` for those in progress. Resolves when all
   * connections are closed and the handlers have ended or that time is over. Connections without a
   * request are closed at once.
   */
  close(): Promise<void>;
}

const defaultStage = '$default';

/** The API of the local server, in an account of 12 digits. */
export function localEventSource(accountId: string): EventSource {
  return { apiId: localApiId, accountId, stage: defaultStage, acceptsIam: true };
}

/**
 * API Gateway's quota for the request line and the values of the headers, in bytes; here the names
 * count too.
 */
const maxHeaderBytes = 10_240;

/**
 * Serves a Lambda handler over HTTP, as an API Gateway HTTP API with a JWT route and an IAM route
 * does. Rejects when it can't listen on the port.
 */
export async function startHttpApi(settings: HttpApiSettings): Promise<HttpApi> {
  const { port, host = '127.0.0.1', requestTimeoutMs = 30_000, graceMs = 30_000 } = settings;
  const { functionTimeoutMs = 29_000 } = settings;
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  });
  // Closes the connection of a client that does not read its response. A handler never takes longer
  // than this.
  server.setTimeout(functionTimeoutMs + requestTimeoutMs);
  const connections = trackConnections(server);
  server.on('request', (request, response) => {
    connections.track(serve(settings, host, request, response, connections.isClosing), response);
  });
  await listen(server, port, host);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return { url: localUrl(host, actualPort), close: () => connections.close(graceMs) };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error & { code?: string }) => {
      const advice = `Port ${port} of ${host} is in use. Stop the program that listens there, or choose another port.`;
      reject(error.code === 'EADDRINUSE' ? new Error(advice, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

/** Responds to one request; never rejects. */
async function serve(
  settings: HttpApiSettings,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
  isClosing: () => boolean,
): Promise<void> {
  const { corsOrigins = [], allowedHosts = [] } = settings;
  const requestId = newRequestId();
  const head = readHead(request);
  const finish = (answer: Answer) => send(withCors(corsOrigins, head, answer), requestId, response, isClosing());
  try {
    const sources = { hosts: [host, ...allowedHosts], origins: corsOrigins };
    const early = refuseForeignPage(head, sources) ?? preflightAnswer(corsOrigins, head);
    const answer = early ?? (await answerRequest(settings, host, requestId, request, head));
    if (answer !== null) finish(answer);
  } catch (error) {
    console.error(`Request ${requestId} failed:`, error);
    finish(gatewayAnswer(500, 'Internal Server Error'));
  }
}

/** Null when the client has disconnected. Throws what the handler throws. */
async function answerRequest(
  settings: HttpApiSettings,
  host: string,
  requestId: string,
  request: IncomingMessage,
  head: RequestHead,
): Promise<Answer | null> {
  const { accountId, stage = defaultStage, maxBodyBytes = 6 * 1024 * 1024 } = settings;
  const time = Date.now();
  const routeKey = `${head.method} ${head.path}`;
  const body = () => readBody(request, maxBodyBytes);
  const answer = await settings.page?.({ head, isOwn: isOwn(settings, host, head), readBody: body });
  if (answer) return answer;
  const admission = await admit(settings, routeKey, head, body);
  if (admission.kind === 'dropped') return null;
  if (admission.kind === 'answered') return admission.answer;
  const api = { accountId, stage, domainName: host };
  const event = toEvent({ ...admission, api, routeKey, requestId, head, time });
  return toAnswer(await invoke(settings, event));
}

/** Whether no other page sent the request, one of the CORS origins included. */
function isOwn({ allowedHosts = [] }: HttpApiSettings, host: string, { headers }: RequestHead): boolean {
  const sent = { host: headers.get('host'), origin: headers.get('origin') };
  return foreignPart(sent, { hosts: [host, ...allowedHosts] }) === null;
}

/**
 * Runs the handler with the function's time-out. Unlike Lambda, it can't stop a handler that takes
 * longer.
 */
async function invoke(
  { handler, accountId, functionName = 'pod-identity-gateway', functionTimeoutMs = 29_000 }: HttpApiSettings,
  event: LocalEvent,
): Promise<unknown> {
  const context = makeContext({ accountId, functionName }, Date.now() + functionTimeoutMs);
  const answered = new AbortController();
  const timeout = delay(functionTimeoutMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`The handler did not return within ${functionTimeoutMs} ms.`);
  });
  try {
    return await Promise.race([handler(event, context), timeout]);
  } finally {
    timeout.catch(() => undefined);
    answered.abort();
  }
}

function send(answer: Answer, requestId: string, response: ServerResponse, isLast: boolean): void {
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (answer.cookies.length > 0) response.setHeader('set-cookie', answer.cookies);
  response.setHeader('apigw-requestid', requestId);
  // Otherwise the rest of a body that is too large would be read for as long as the client sends.
  const endsEarly = answer.statusCode === 413 && !response.req.complete;
  if (isLast || endsEarly) response.setHeader('connection', 'close');
  response.statusCode = answer.statusCode;
  response.end(answer.body);
}
