import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGateway } from '../../../test/support/gateway.ts';
import type { Gateway, GatewayOptions } from '../../../test/support/gateway.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../test/support/answering-server.ts';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';

/** A gateway with a ledger of its own, for the tests of a file. */
export async function startGateway(options: Omit<GatewayOptions, 'ledger'> = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'client-ledger-'));
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.db') });
  const gateway = await openGateway({ ledger, ...options });
  const close = async () => {
    await gateway.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  return { ...gateway, close };
}

/** What a server between client and gateway does with a request, instead of forwarding it and its answer. */
export type Fault =
  /** The request is executed; the connection ends without an answer. */
  | 'lost answer'
  /** The request is executed; no answer ever comes. */
  | 'held answer'
  /** The connection ends, and the gateway does not get the request. */
  | 'lost request'
  /** No answer ever comes. */
  | 'silence'
  /** An answer that the gateway did not give. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string };

/** A server in front of a gateway. Each request takes the first of `faults`; without one, it is forwarded. */
export async function startFaultyRoute(gatewayUrl: string) {
  const faults: Fault[] = [];
  const server = await startAnsweringServer((response, seen) => {
    const fault = faults.shift();
    if (fault === 'silence') return;
    if (fault === 'lost request') response.destroy();
    else if (typeof fault === 'object') {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body);
    } else {
      void forward(gatewayUrl, seen).then(({ status, requestId, body }) => {
        if (fault === 'lost answer') response.destroy();
        else if (fault !== 'held answer') response.writeHead(status, { 'apigw-requestid': requestId }).end(body);
      });
    }
  });
  return { url: server.endpoint, faults, seen: server.seen, close: server.stop };
}

export type FaultyRoute = Awaited<ReturnType<typeof startFaultyRoute>>;

export let gateway: Gateway;
export let route: FaultyRoute;

/** Opens a gateway and a route to it for the calling file. Each test begins without faults. */
export function openFaultyRoute(): void {
  beforeAll(async () => {
    gateway = await startGateway();
    route = await startFaultyRoute(gateway.url);
  });
  afterAll(async () => {
    await route.close();
    await gateway.close();
  });
  beforeEach(() => {
    route.faults.length = 0;
    route.seen.length = 0;
  });
}

async function forward(gatewayUrl: string, { path, headers, body }: SeenRequest) {
  const response = await fetch(`${gatewayUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: headers.authorization ?? '' },
    body,
  });
  const requestId = response.headers.get('apigw-requestid') ?? '';
  return { status: response.status, requestId, body: await response.text() };
}

/** The variables that a request sent. */
export function variablesOf(seen: SeenRequest | undefined): { readonly input: Readonly<Record<string, unknown>> } {
  const { variables } = JSON.parse(seen?.body ?? '{}') as { variables: { input: Record<string, unknown> } };
  return variables;
}
