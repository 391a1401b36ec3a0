import { readFileSync } from 'node:fs';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import type { Connection } from '../aws/settings.ts';
import { UnsentError } from '../../../client/src/client/errors.ts';
import type { Fetch, HttpResponse } from '../../../client/src/client/transport.ts';
import { proxyEnvironment, proxyOf } from './proxy.ts';

/** As a request of `Fetch`, of any method. */
type HttpRequest = Omit<Parameters<Fetch>[1], 'method'> & {
  readonly method: string;
  /** The largest answer that is read; by default any. */
  readonly maxBytes?: number;
};

/**
 * Connections that may fail before any succeeds: a gateway that was never reached is not waited
 * for.
 */
const maxFailedConnections = 4;

/**
 * The part of `fetch` that the client uses, with the options of the AWS CLI for certificates and
 * timeouts, which `fetch` does not have. It also starts faster. `onConnected` is called before each
 * request is sent. The proxies of the environment are used.
 */
export function makeFetch(
  connection: Connection,
  environment: Environment,
  onConnected = (): void => undefined,
): (url: string, request: HttpRequest) => Promise<HttpResponse> {
  const ca = connection.caBundle === null ? undefined : certificates(connection.caBundle);
  const reached = { isReached: false, failures: 0 };
  let agent: Agent | null = null;
  return async (url, { method, headers, body, signal, maxBytes = Infinity }) => {
    const http = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
    const proxy = proxyFor(url, environment);
    agent ??= new http.Agent({ keepAlive: true, proxyEnv: proxyEnvironment(environment) });
    const tls = { ...(ca && { ca }), rejectUnauthorized: connection.verifySsl };
    // Without a time limit of its own, a request waits for the answer of a silent proxy without end.
    const timeout = connection.connectTimeoutMs;
    const limit = proxy === null || timeout === null ? {} : { timeout };
    const request = http.request(url, { method, headers, signal, agent, ...limit, ...tls });
    const onReached = () => {
      reached.isReached = true;
      onConnected();
    };
    const sent = exchange(request, { body, maxBytes }, { connection, signal, onConnected: onReached });
    const response = await sent.catch((error: unknown) => {
      throw failure(error, { url, proxy }, reached);
    });
    if (proxy === null || response.status !== unauthorizedAtProxy) return response;
    throw new UnsentError(refusal(proxy, response.status));
  };
}

/** The proxy of a URL. A variable that can't be used is not tried again. */
function proxyFor(url: string, environment: Environment): string | null {
  try {
    return proxyOf(url, environment);
  } catch (error) {
    throw new UnsentError((error as Error).message);
  }
}

/** How a request is sent: `onConnected` is called before it is. */
interface Exchange {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly onConnected: () => void;
}

function exchange(
  request: ClientRequest,
  { body, maxBytes }: { readonly body: string; readonly maxBytes: number },
  { connection: { connectTimeoutMs, readTimeoutMs }, signal, onConnected }: Exchange,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    // A request that waits for a proxy has no socket yet, and would end only with its time limit.
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', onAbort));
    request.on('socket', (socket: Socket) => {
      const expire = () => request.destroy(new TimeoutError('Connect timeout'));
      const timer = connectTimeoutMs === null ? undefined : setTimeout(expire, connectTimeoutMs);
      request.once('close', () => clearTimeout(timer));
      const connected = () => {
        clearTimeout(timer);
        onConnected();
        request.setTimeout(readTimeoutMs ?? 0, () => request.destroy(new TimeoutError('Read timeout')));
      };
      // The connection of an earlier request is open already.
      if (!socket.connecting) connected();
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
    });
    request.on('error', reject);
    request.on('response', (message: IncomingMessage) => {
      textOf(message, maxBytes).then((content) => resolve(responseOf(message, content)), reject);
    });
    request.end(body);
  });
}

function responseOf({ statusCode = 0, headers }: IncomingMessage, content: string): HttpResponse {
  const get = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  return { status: statusCode, headers: { get }, text: () => Promise.resolve(content) };
}

async function textOf(message: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > maxBytes) throw new TooLargeError(`Answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

class TimeoutError extends Error {}
class TooLargeError extends Error {}

/** Status by which a proxy asks for a user and a password. */
const unauthorizedAtProxy = 407;

/** Where a request goes; `proxy` is null where it goes there directly. */
interface Route {
  readonly url: string;
  readonly proxy: string | null;
}

/** What Node.js says of a tunnel through a proxy that is not established. */
interface ProxyError {
  readonly code?: string;
  /** Of the answer of the proxy. */
  readonly statusCode?: number;
  readonly proxyTunnelTimeout?: number;
}

/** The error in the words of the AWS CLI, of a class that says whether a retry can help. */
function failure(error: unknown, route: Route, reached: { readonly isReached: boolean; failures: number }): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (certificateError.test(code ?? '')) return new UnsentError(`SSL validation failed for ${route.url} ${message}`);
  if (!reached.isReached) reached.failures += 1;
  const { statusCode } = error as ProxyError;
  const text = words(error, route, reached.isReached && code !== 'ECONNREFUSED');
  const isFinal = statusCode === unauthorizedAtProxy || reached.failures >= maxFailedConnections;
  return isFinal ? new UnsentError(text) : new Error(text);
}

const certificateError = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

function words(error: unknown, { url, proxy }: Route, isLost: boolean): string {
  const { code, statusCode, proxyTunnelTimeout } = error as ProxyError;
  if (proxy !== null && code === 'ERR_PROXY_TUNNEL' && statusCode !== undefined) return refusal(proxy, statusCode);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  const isLimit = error instanceof TimeoutError || error instanceof TooLargeError;
  const limit = isLimit ? error.message : 'Connect timeout';
  if (isLimit || proxyTunnelTimeout !== undefined) return `${limit} on endpoint URL: "${url}"${through}`;
  if (isLost) return `Connection was closed before we received a valid response from endpoint URL: "${url}"${through}.`;
  return proxy === null
    ? `Could not connect to the endpoint URL: "${url}"`
    : `Failed to connect to proxy URL: "${proxy}"`;
}

/** What a proxy answered in place of the gateway. */
function refusal(proxy: string, status: number): string {
  const cause = status === unauthorizedAtProxy ? ': it asks for another user or password' : '';
  return `The proxy ${proxy} refused the connection with status ${status}${cause}.`;
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new GeneralError(`Could not find a suitable TLS CA certificate bundle, invalid path: ${file}`);
  }
}
