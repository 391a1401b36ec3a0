import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { openAssociations } from './associations.ts';
import { controlPrefix, serveControl } from './control-http.ts';
import { openClusters } from './clusters.ts';
import { openControl } from './control.ts';
import type { Control } from './control.ts';
import { foreignPart, localUrl } from './foreign-pages.ts';
import { openFaults } from './faults.ts';
import { jsonProtocol, readBody, sendReply } from './http.ts';
import { serviceOf, xmlProtocol } from './query-protocol.ts';
import type { Backend } from './operation.ts';
import { foreignPage, serverError } from './reply.ts';
import { openRequestLog } from './request-log.ts';
import { openRoles } from './roles.ts';
import { serveApi } from './serve.ts';
import type { ApiDependencies, RawRequest } from './serve.ts';
import { openSessions } from './sessions.ts';
import { StartError } from './start-error.ts';
import { openStateFile } from './state-file.ts';
import type { StateFile } from './state-file.ts';
import { openTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import { readWorld } from './world.ts';
import type { World } from './world.ts';

/** Options of `startEksSimulator`; all have defaults. */
export interface EksSimulatorOptions {
  /** TCP port; 0, the default, picks a free one. */
  readonly port?: number;
  /**
   * Address to listen on; `127.0.0.1` when absent, `0.0.0.0` for all. Anyone who can reach the port
   * can do everything: nothing is authorized.
   */
  readonly host?: string;
  /**
   * Names in the header Host that are accepted besides loopback names and `host`, without a port;
   * none when absent.
   */
  readonly allowedHosts?: readonly string[];
  /** The world that ships with the simulator when absent. */
  readonly world?: World;
  /**
   * How far a signature's date may differ from the clock, in ms; 300,000, the value of AWS, when
   * absent.
   */
  readonly signatureWindowMs?: number;
  /** How long reads omit a new association, in ms; 0 when absent. */
  readonly listLagMs?: number;
  /**
   * How long reads still return a deleted association, and its service account can't get another,
   * in ms; 0 when absent.
   */
  readonly deleteLagMs?: number;
  /** JSON file that keeps the associations, locked until `close`; in memory only when absent. */
  readonly stateFile?: string;
  /** Quota of associations per cluster; 5,000, the quota of EKS, when absent. */
  readonly maxAssociations?: number;
  /**
   * Milliseconds since the epoch; `Date.now` when absent. The delays of faults always take real
   * time.
   */
  readonly clock?: () => number;
  /**
   * Whether signatures dated by real time are accepted besides those dated by `clock`: AWS SDK and
   * CLI don't follow a clock that is set forward. False when absent.
   */
  readonly acceptsRealTime?: boolean;
}

/** A running simulator. */
export interface EksSimulator {
  /** Endpoint for the AWS SDK and CLI, e.g. `http://127.0.0.1:4100`. */
  readonly url: string;
  /** Fault injection, the request log, and changes made outside the API. */
  readonly control: Control;
  /** Stops at once: destroys open sockets, drops delayed effects, releases the state file. */
  readonly close: () => Promise<void>;
}

/**
 * Starts an HTTP server that implements the EKS REST API for pod identity associations. Rejects
 * with a StartError when the port can't be used, when the state file can't be used, or while
 * another process holds the state file.
 */
export async function startEksSimulator(options: EksSimulatorOptions = {}): Promise<EksSimulator> {
  const world = options.world ?? readWorld();
  const stateFile = options.stateFile === undefined ? null : openStateFile(options.stateFile);
  const deps = makeDependencies(options, world, stateFile);
  const control = openControl(deps.backend, deps.faults, deps.log);
  const timers = openTimers();
  const host = options.host ?? '127.0.0.1';
  const hosts = [host, ...(options.allowedHosts ?? [])];
  const server = createServer((request, response) => void serve(deps, control, timers, hosts, request, response));
  // Clients keep connections open between requests. Node's default of 5 seconds could cut one at
  // the moment of its reuse.
  server.keepAliveTimeout = 60_000;

  const close = async () => {
    await closeServer(server, timers);
    stateFile?.close();
  };
  try {
    const port = await listen(server, host, options.port ?? 0);
    return { url: localUrl(host, port), control, close };
  } catch (error) {
    stateFile?.close();
    throw error;
  }
}

function makeDependencies(options: EksSimulatorOptions, world: World, stateFile: StateFile | null): ApiDependencies {
  const clock = options.clock ?? Date.now;
  const backend: Backend = {
    world,
    clock,
    clusters: openClusters(world.clusters, clock),
    roles: openRoles(world.roles, clock),
    associations: openAssociations(stateFile, clock),
    sessions: openSessions(clock),
    listLagMs: options.listLagMs ?? 0,
    deleteLagMs: options.deleteLagMs ?? 0,
    maxAssociations: options.maxAssociations ?? 5_000,
    pageSecret: randomBytes(32).toString('hex'),
  };
  const signatureWindowMs = options.signatureWindowMs ?? 300_000;
  const acceptsRealTime = options.acceptsRealTime ?? false;
  return { backend, faults: openFaults(), log: openRequestLog(), signatureWindowMs, acceptsRealTime };
}

/** Serves one HTTP request to the EKS API or the control API. Never rejects. */
async function serve(
  deps: ApiDependencies,
  control: Control,
  timers: Timers,
  hosts: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const { method = '', url = '', headers } = request;
  const service = serviceOf({ method, url, headers });
  const protocol = service === 'eks' ? jsonProtocol : xmlProtocol(service);
  const send = sendReply(response, requestId, deps.backend.clock, protocol);
  try {
    const body = await readBody(request);
    if (body === null) return;
    const foreign = foreignPart(headers, { hosts });
    if (foreign !== null) {
      send(foreignPage(foreign));
      return;
    }
    const raw: RawRequest = { requestId, method, url, headers, body };
    if (url.startsWith(controlPrefix)) send(serveControl(control, raw));
    else await serveApi(deps, raw, { answer: send, cut: () => request.socket.destroy(), wait: timers.wait });
  } catch (error) {
    console.error(`The EKS simulator failed in request ${requestId}:`, error);
    send(serverError());
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(host, port, error)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('The server has no TCP port');
      resolve(address.port);
    });
  });
}

function listenError(host: string, port: number, { code, message }: NodeJS.ErrnoException): StartError {
  const where = `Port ${port} of ${host}`;
  if (code === 'EADDRINUSE') {
    return new StartError('port', true, `${where} is already in use. Choose another port, or 0 for a free one`);
  }
  return new StartError('port', false, `${where} can't be opened: ${message}`);
}

function closeServer(server: Server, timers: Timers): Promise<void> {
  timers.clear();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
