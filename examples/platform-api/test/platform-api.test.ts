import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken } from '../../../packages/local-gateway/src/principals.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import type { SeenRequest } from '../../../test/support/answering-server.ts';
import { cloneWithExample } from '../../../test/support/example-clone.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { expectReadmeOutputs } from '../../../test/support/readme-commands.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';
import { isAllowed } from '../../../test/support/simulate.ts';

const example = join(import.meta.dirname, '..');
const local = mkdtempSync(join(tmpdir(), 'platform-api-'));

let clone: Awaited<ReturnType<typeof cloneWithExample>>;
let gateway: ServerProcess;
let route: Awaited<ReturnType<typeof startRoute>>;

/** Answers instead of the gateway's; `lost`: the request is executed, and the connection ends. */
type Fault = 'lost' | { readonly status: number; readonly body: string };

const failing = (code: string, extensions: object): Fault => ({
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

const credentials = () => ({
  AWS_ACCESS_KEY_ID: 'developer-platform',
  AWS_SECRET_ACCESS_KEY: readFileSync(join(local, 'aws-secret-access-key'), 'utf8').trim(),
  AWS_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: join(local, 'no-config'),
  AWS_SHARED_CREDENTIALS_FILE: join(local, 'no-credentials'),
});

/** Starts the platform, with the lines of its log. */
async function startPlatform([program, ...args]: readonly string[]) {
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
async function order(url: string, id: string, ordered: Ordered = {}): Promise<Answer> {
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
async function orderUntilDone(...args: Parameters<typeof order>): Promise<Answer> {
  for (;;) {
    const answer = await order(...args);
    if (answer.state !== 'in progress') return answer;
  }
}

/** Sends a request to the control API of the simulated EKS. */
async function simulator<T>(path: string, init?: RequestInit): Promise<T> {
  return (await fetch(`${gateway.eksUrl}/_simulator/${path}`, init)).json() as Promise<T>;
}
const clear = () => simulator('requests', { method: 'DELETE' });
const creates = async () => {
  const { requests } = await simulator<{ requests: { outcome: string }[] }>(
    'requests?operation=CreatePodIdentityAssociation',
  );
  return requests.map(({ outcome }) => outcome);
};

/** Sends a GraphQL request as a person. */
async function as<T>(sub: string, group: string, query: string): Promise<T> {
  const token = await mintToken(
    await loadSigningKey(local),
    { claims: { sub, groups: [group] } },
    { expiresInSeconds: 300 },
  );
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return ((await response.json()) as { data: T }).data;
}

const missing =
  spawnSync('python3', ['-c', 'import botocore']).status === 0
    ? null
    : 'python3 has no botocore (pip install botocore)';
const platforms = [
  ['Node.js', 'apps-dev', [process.execPath, 'examples/platform-api/node/server.ts'], null],
  ['Python', 'apps-prod', ['python3', 'examples/platform-api/python/server.py'], missing],
] as const;

for (const [language, cluster, command, lacks] of platforms) {
  describeUnless(lacks)(`the platform in ${language}`, () => {
    let platform: Awaited<ReturnType<typeof startPlatform>>;
    const id = (number: number) => `${language}-${number}`;
    beforeAll(async () => (platform = await startPlatform(command)));
    beforeEach(async () => {
      route.seen.length = 0;
      await clear();
    });
    afterAll(() => platform.stop());

    test('binds the role once, on behalf of the person, also if answers are lost and the order is repeated', async () => {
      route.faults.push(
        'lost',
        { status: 503, body: '<html>' },
        failing('NEW', { retryable: true, retryAfterSeconds: 0 }),
      );
      const bound = await orderUntilDone(platform.url, id(1), { cluster });
      expect(bound).toMatchObject({ status: 200, state: 'bound', associationId: expect.stringMatching(/^a-/) });
      expect(route.faults).toEqual([]);
      const again = await order(platform.url, id(1), { cluster });
      expect(again).toMatchObject({ status: 200, associationId: bound.associationId, replayed: true });
      expect(await creates()).toEqual(['succeeded']);
      expect(route.seen.every(({ path }) => path === '/iam/graphql')).toBe(true);

      const scope = `{ operationId: "${String(bound.operationId)}" }`;
      const fields = 'nodes { event onBehalfOf reason principal { principalId } }';
      const { auditTrail } = await as<{ auditTrail: { nodes: object[] } }>(
        ...['alice', 'payments-team', `{ auditTrail(scope: ${scope}, events: [SUCCEEDED], first: 5) { ${fields} } }`],
      );
      const principal = { principalId: 'iam:111122223333:role/developer-platform' };
      expect(auditTrail.nodes).toEqual([
        { event: 'SUCCEEDED', onBehalfOf: 'alice@example.com', reason: `Order ${id(1)}`, principal },
      ]);
    });

    test('passes a denial on with its rule, advice and owners', async () => {
      const denied = await order(platform.url, id(2), { cluster, namespace: 'search' });
      expect(denied).toMatchObject({ status: 422, state: 'refused', code: 'POLICY_DENIED', owners: ['search-team'] });
      expect(denied.reasons).toEqual([expect.objectContaining({ policyId: 'default-deny' })]);
      expect(String(denied.advice)).toContain('search-team');
      expect(await creates()).toEqual([]);
    });

    test('refuses another order under the same id, an unknown person, and what is not an order', async () => {
      const other = await order(platform.url, id(1), { cluster, team: 'other' });
      expect(other).toMatchObject({ status: 422, code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT' });
      const unknown = await order(platform.url, id(3), { cluster, person: 'mallory@example.com' });
      expect(unknown.reasons).toContainEqual(expect.objectContaining({ policyId: 'on-behalf-of-is-known' }));
      expect(await order(platform.url, id(3), { cluster, person: '' })).toMatchObject({ status: 401 });
      expect(await order(platform.url, 'a/b')).toMatchObject({ status: 404 });
      expect(await order(platform.url, id(3), { cluster, team: '' })).toMatchObject({
        status: 400,
        message: 'The order lacks team.',
      });
    });

    test('answers in time, and follows an operation in progress to its end', async () => {
      const fault = { operation: 'CreatePodIdentityAssociation', kind: 'late-effect', delayMs: 1_500 };
      await simulator('faults', { method: 'POST', body: JSON.stringify(fault) });
      const ordered = { cluster, namespace: 'search', person: 'bob@example.com' };
      const first = await order(platform.url, id(4), ordered);
      expect(first).toMatchObject({ status: 202, state: 'in progress', retryAfter: expect.stringMatching(/^\d+$/) });
      const ended = () => platform.lines.find((line) => line.includes(id(4)) && line.includes('bound'));
      while (ended() === undefined) await once(platform.output, 'line');
      expect(await order(platform.url, id(4), ordered)).toMatchObject({ status: 200, state: 'bound', replayed: true });
      expect(await creates()).toEqual(['succeeded']);
    });

    test('hands an approval over to its approvers without waiting for it, and binds the role once they have approved', async () => {
      const ordered = {
        cluster: 'apps-prod',
        namespace: 'kube-system',
        person: 'sasha@example.com',
        team: language,
      };
      const held = await order(platform.url, id(5), ordered);
      const approvers = [{ group: 'platform-admins', count: 2 }];
      expect(held).toMatchObject({ status: 202, state: 'needs approval', approvers, retryAfter: expect.any(String) });
      const vote = `mutation { approve(input: { approvalId: "${String(held.approvalId)}" }) { approval { state } } }`;
      const [first, second] = [await as('kim', 'platform-admins', vote), await as('pat', 'platform-admins', vote)];
      expect([first, second]).toMatchObject([
        { approve: { approval: { state: 'PENDING' } } },
        { approve: { approval: { state: 'APPROVED' } } },
      ]);
      const bound = await order(platform.url, id(5), ordered);
      expect(bound).toMatchObject({ status: 200, state: 'bound' });
      // The platform in the other language orders the same.
      await simulator(`associations/${String(bound.associationId)}`, { method: 'DELETE' });
    });

    test('says that a result is unknown, which the same order finds out', async () => {
      route.faults.push(failing('INTERNAL_SERVER_ERROR', { retryable: false }));
      const [unknown, failed] = [
        await order(platform.url, id(1), { cluster }),
        failing('FORBIDDEN', { retryable: false }),
      ];
      expect(unknown).toMatchObject({ status: 503, state: 'unknown', requestId: 'r-1', retryAfter: '5' });
      expect(await order(platform.url, id(1), { cluster })).toMatchObject({ status: 200, replayed: true });
      route.faults.push(failed, { status: 403, body: '{"message":"Forbidden"}' });
      expect(await order(platform.url, id(1))).toMatchObject({ status: 502, state: 'failed', code: 'FORBIDDEN' });
      expect(await order(platform.url, id(1))).toMatchObject({ status: 502, state: 'failed', code: 'HTTP_403' });
    });
  });
}

test('the IAM policy permits the signed route and nothing else', async () => {
  const policy = JSON.parse(readFileSync(join(example, 'iam-policy.json'), 'utf8')) as object;
  const platform = { arn: 'arn:aws:iam::111122223333:role/developer-platform', policies: [policy] };
  const may = (path: string) =>
    isAllowed(platform, {
      action: 'execute-api:Invoke',
      resource: `arn:aws:execute-api:eu-central-1:111122223333:API-ID/$default/${path}`,
    });
  expect([await may('POST/iam/graphql'), await may('POST/graphql'), await may('GET/iam/graphql')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('the commands of the README print what it shows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'platform-readme-'));
  const world = { LOCAL_FOLDER: folder, WORLD_FILE: join(example, 'world.json') };
  const own = await startServerProcess(world);
  const port = String(await freePort());
  await expectReadmeOutputs(join(example, 'README.md'), {
    start: 'WORLD_FILE=examples/platform-api/world.json npm start\n',
    cwd: clone.folder,
    env: { ...world, PORT: port },
    replacements: [
      ['/tmp/', `${folder}/`],
      ['.local/', `${folder}/`],
      ['http://127.0.0.1:4000', own.url.replace(/\/graphql$/, '')],
      ['8080', port],
    ],
  });
  await own.stop();
  rmSync(folder, { recursive: true });
}, 120_000);

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
