import { readFileSync } from 'node:fs';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import type { Connection } from '../aws/settings.ts';
import { UnsentError } from '../../../client/src/client/errors.ts';
import type { Fetch, HttpResponse } from '../../../client/src/client/transport.ts';

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
 * request is sent. Proxies of the environment are used from Node.js 24.5 on.
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
    agent ??= new http.Agent({ keepAlive: true, proxyEnv: { ...environment } });
    const tls = { ...(ca && { ca }), rejectUnauthorized: connection.verifySsl };
    const request = http.request(url, { method, headers, signal, agent, ...tls });
    try {
      return await exchange(request, { body, maxBytes }, connection, () => {
        reached.isReached = true;
        onConnected();
      });
    } catch (error) {
      throw failure(error, url, reached);
    }
  };
}

function exchange(
  request: ClientRequest,
  { body, maxBytes }: { readonly body: string; readonly maxBytes: number },
  { connectTimeoutMs, readTimeoutMs }: Connection,
  onConnected: () => void,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
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

/** The error in the words of the AWS CLI, of a class that says whether a retry can help. */
function failure(error: unknown, url: string, reached: { readonly isReached: boolean; failures: number }): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (certificateError.test(code ?? '')) return new UnsentError(`SSL validation failed for ${url} ${message}`);
  if (!reached.isReached) reached.failures += 1;
  const text = words(error, url, reached.isReached && code !== 'ECONNREFUSED');
  return reached.failures < maxFailedConnections ? new Error(text) : new UnsentError(text);
}

const certificateError = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

function words(error: unknown, url: string, isLost: boolean): string {
  if (error instanceof TimeoutError || error instanceof TooLargeError) {
    return `${error.message} on endpoint URL: "${url}"`;
  }
  return isLost
    ? `Connection was closed before we received a valid response from endpoint URL: "${url}".`
    : `Could not connect to the endpoint URL: "${url}"`;
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new GeneralError(`Could not find a suitable TLS CA certificate bundle, invalid path: ${file}`);
  }
}
