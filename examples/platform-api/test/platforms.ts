import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken } from '../../../packages/local-gateway/src/principals.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../test/support/answering-server.ts';
import { cloneWithExample } from './example-clone.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';

export const example = join(import.meta.dirname, '..');
const local = mkdtempSync(join(tmpdir(), 'platform-api-'));

export let clone: Awaited<ReturnType<typeof cloneWithExample>>;
let gateway: ServerProcess;
export let route: Awaited<ReturnType<typeof startRoute>>;

/** Answers instead of the gateway's; `lost`: the request is executed, and the connection ends. */
type Fault = 'lost' | { readonly status: number; readonly body: string };

/** A GraphQL error. */
export const failing = (code: string, extensions: object): Fault => ({
  status: 200,
  body: JSON.stringify({
    data: null,
    errors: [{ message: 'No.', extensions: { code, requestId: 'r-1', ...extensions } }],
  }),
});

/** A server in front of the gateway, which passes the signed headers on. */
async function startRoute(url: string) {
  const faults: Fault[] = [];
  const forward = async ({ path, headers, body }: SeenRequest) => {
    const forwarded = request(`${url}${path}`, { method: 'POST', headers }).end(body);
    const [response] = (await once(forwarded, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    return { status: response.statusCode, body: await text(response) };
  };
  const server = await startAnsweringServer((response, seen) => {
    const fault = faults.shift();
    if (typeof fault === 'object') return void response.writeHead(fault.status).end(fault.body);
    void forward(seen).then(({ status, body }) => {
      if (fault === 'lost') response.destroy();
      else response.writeHead(status).end(body);
    });
  });
  closeAtEnd(server.stop);
  return { url: server.endpoint, faults, seen: server.seen };
}

/** Opens a clone with the example, a gateway with its world, and a route to it for the calling file. */
export function openPlatforms(): void {
  beforeAll(async () => {
    const env = { WORLD_FILE: join(example, 'world.json'), LOCAL_FOLDER: local };
    [clone, gateway] = await Promise.all([cloneWithExample('platform-api'), startServerProcess(env)]);
    route = await startRoute(gateway.url.replace(/\/graphql$/, ''));
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    clone.remove();
    rmSync(local, { recursive: true });
  });
}

const credentials = () => ({
  AWS_ACCESS_KEY_ID: 'developer-platform',
  AWS_SECRET_ACCESS_KEY: readFileSync(join(local, 'aws-secret-access-key'), 'utf8').trim(),
  AWS_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: join(local, 'no-config'),
  AWS_SHARED_CREDENTIALS_FILE: join(local, 'no-credentials'),
});

/** Starts the platform, with the lines of its log. */
export async function startPlatform([program, ...args]: readonly string[]) {
  const child = spawn(program ?? '', args, {
    cwd: clone.folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', GATEWAY_URL: route.url, ANSWER_SECONDS: '0.8' },
      ROLE_ARN: 'arn:aws:iam::111122223333:role/pods/{namespace}/{namespace}-{service}',
      ...credentials(),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = closeAtEnd(async () => {
    child.kill();
    await exited;
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  while (lines.length === 0) await once(output, 'line');
  return { url: /http:\S+/.exec(lines[0] ?? '')?.[0] ?? '', lines, output, stop };
}

/** An order; the service follows from its namespace. */
interface Ordered {
  readonly person?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly team?: string;
}

/** Sends an order. */
export async function order(url: string, id: string, ordered: Ordered = {}): Promise<Answer> {
  const { person = 'alice@example.com', cluster = 'apps-dev', namespace = 'payments', team = 'payments' } = ordered;
  const service = namespace === 'kube-system' ? 'ebs-csi-controller-sa' : 'api';
  const body = JSON.stringify({ cluster, namespace, service, team });
  const response = await fetch(`${url}/orders/${id}`, {
    ...{ method: 'PUT', body },
    headers: { 'content-type': 'application/json', ...(person && { 'x-forwarded-email': person }) },
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...answer } as Answer;
}

interface Answer extends Record<string, unknown> {
  readonly status: number;
  readonly state: string;
  readonly retryAfter: string | null;
}

/** Sends an order again, as a page of the platform does, while its result is not known. */
export async function orderUntilDone(...args: Parameters<typeof order>): Promise<Answer> {
  for (;;) {
    const answer = await order(...args);
    if (answer.state !== 'in progress') return answer;
  }
}

/** Sends a request to the control API of the simulated EKS. */
export async function simulator<T>(path: string, init?: RequestInit): Promise<T> {
  return (await fetch(`${gateway.eksUrl}/_simulator/${path}`, init)).json() as Promise<T>;
}
export const clear = () => simulator('requests', { method: 'DELETE' });
/** How the creates that EKS received ended. */
export const creates = async () => {
  const { requests } = await simulator<{ requests: { outcome: string }[] }>(
    'requests?operation=CreatePodIdentityAssociation',
  );
  return requests.map(({ outcome }) => outcome);
};

/** Sends a GraphQL request as a person. */
export async function as<T>(sub: string, group: string, query: string): Promise<T> {
  const token = await mintToken(
    await loadSigningKey(local),
    { claims: { sub, groups: [group] } },
    { expiresInSeconds: 300 },
  );
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return ((await response.json()) as { data: T }).data;
}
