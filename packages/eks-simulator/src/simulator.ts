import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { openAssociations } from './associations.ts';
import { controlPrefix, serveControl } from './control-http.ts';
import { openControl } from './control.ts';
import type { Control } from './control.ts';
import { openFaults } from './faults.ts';
import { readBody, sendReply } from './http.ts';
import type { Backend } from './operation.ts';
import { serverError } from './reply.ts';
import { openRequestLog } from './request-log.ts';
import { openRoles } from './roles.ts';
import { serveApi } from './serve.ts';
import type { ApiParts, RawRequest } from './serve.ts';
import { openTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import { readWorld } from './world.ts';
import type { World } from './world.ts';

/** How to simulate; everything has a default. */
export interface EksSimulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** `127.0.0.1` when absent: whoever reaches the port may do anything. */
  readonly host?: string;
  /** The world that ships with the simulator when absent. */
  readonly world?: World;
  /** How far a signature's date may be from the clock; 300,000 ms, as AWS has it, when absent. */
  readonly signatureWindowMs?: number;
  /** How long List and Describe do not show a new association; 0 ms when absent. */
  readonly listLagMs?: number;
  /** How long reads still show a deleted association, and a create of its service account gets 409; 0 ms when absent. */
  readonly deleteLagMs?: number;
  /** JSON file that keeps the associations; in memory only when absent. */
  readonly stateFile?: string;
  /** Quota of associations for one cluster; 1,000 when absent. */
  readonly maxAssociations?: number;
  /** Milliseconds since the epoch; the machine's clock when absent. Delays of faults take real time all the same. */
  readonly clock?: () => number;
}

/** A running simulator. */
export interface EksSimulator {
  /** Endpoint for SDK and CLI, e.g. `http://127.0.0.1:4100`. */
  readonly url: string;
  readonly control: Control;
  /** Stops at once: open sockets are destroyed, effects that still wait are dropped. */
  readonly close: () => Promise<void>;
}

/**
 * Starts an HTTP server that speaks the EKS REST API for pod identity associations. Rejects when the port can't be had
 * or the state file can't be read.
 */
export async function startEksSimulator(options: EksSimulatorOptions = {}): Promise<EksSimulator> {
  const world = options.world ?? readWorld();
  const clock = options.clock ?? Date.now;
  const backend: Backend = {
    world,
    clock,
    roles: openRoles(world.roles, clock),
    associations: openAssociations(options.stateFile ?? null, clock),
    listLagMs: options.listLagMs ?? 0,
    deleteLagMs: options.deleteLagMs ?? 0,
    maxAssociations: options.maxAssociations ?? 1000,
    pageSecret: randomBytes(32).toString('hex'),
  };
  const parts: ApiParts = {
    backend,
    faults: openFaults(),
    log: openRequestLog(),
    signatureWindowMs: options.signatureWindowMs ?? 300_000,
  };
  const control = openControl(backend, parts.faults, parts.log);
  const timers = openTimers();
  const server = createServer((request, response) => void serve(parts, control, timers, request, response));
  // Clients keep connections open between requests; Node's own 5 seconds would cut one that is just being used again.
  server.keepAliveTimeout = 60_000;

  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, host, options.port ?? 0);
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${port}`, control, close: () => close(server, timers) };
}

/** Serves one HTTP request, whatever it is. Never rejects. */
async function serve(
  parts: ApiParts,
  control: Control,
  timers: Timers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const send = sendReply(response, requestId, parts.backend.clock);
  try {
    const body = await readBody(request);
    if (body === null) return;
    const { method = '', url = '', headers } = request;
    const raw: RawRequest = { requestId, method, url, headers, body };
    if (url.startsWith(controlPrefix)) send(serveControl(control, raw));
    else await serveApi(parts, raw, { answer: send, cut: () => request.socket.destroy(), wait: timers.wait });
  } catch (error) {
    console.error(`The EKS simulator failed in request ${requestId}:`, error);
    send(serverError());
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = ({ message }: Error) =>
      reject(new Error(`Port ${port} of ${host} can't be had (${message}): choose another`));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('The server has no TCP port');
      resolve(address.port);
    });
  });
}

function close(server: Server, timers: Timers): Promise<void> {
  timers.clear();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
