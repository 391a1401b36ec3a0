import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { Authorize } from '../../src/http-api/authorizer.ts';
import { startHttpApi } from '../../src/http-api/http-api.ts';
import type { HttpApi, HttpApiHandler, HttpApiSettings } from '../../src/http-api/http-api.ts';

/** Authorizes every request, as alice. */
export const admitAll: Authorize = async () => ({ kind: 'authorized', claims: { sub: 'alice' }, scopes: null });

/** Returns the event, as JSON. */
export const echo: HttpApiHandler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(event),
});

const started: HttpApi[] = [];
const dialled: Socket[] = [];

/** A grace time longer than any test: a close that waits for it makes the test fail. Milliseconds. */
export const endless = 600_000;

/** Starts a server for one test; `stopAll` stops it. */
export async function start(
  handler: HttpApiHandler,
  settings: Partial<HttpApiSettings> = {},
): Promise<HttpApi & { endpoint: string }> {
  const api = await startHttpApi({ port: 0, handler, authorize: admitAll, accountId: '111122223333', ...settings });
  started.push(api);
  return { ...api, endpoint: `${api.url}/graphql` };
}

/** Ends the connections of a test and stops its servers, also after a failure. */
export async function stopAll(): Promise<void> {
  for (const socket of dialled.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((api) => api.close()));
}

/** The event for a request, as `echo` returns it. */
export async function eventOf(endpoint: string, init: RequestInit): Promise<APIGatewayProxyEventV2WithJWTAuthorizer> {
  const response = await fetch(endpoint, { method: 'POST', ...init });
  return (await response.json()) as APIGatewayProxyEventV2WithJWTAuthorizer;
}

/** A bare connection to a server, which `stopAll` ends. */
export async function dial(url: string, options: Partial<TcpNetConnectOpts> = {}): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ...options });
  dialled.push(socket);
  socket.setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

/** All that a server sends until it ends the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** Larger than the buffers of a connection. */
export const bigText = 'x'.repeat(20 * 1024 * 1024);

/** Two promises that a test resolves by hand: a handler signals that it has begun, and waits until it may continue. */
export function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<undefined>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
  return { opened, open: () => open(undefined), begun, begin: () => begin(undefined) };
}
