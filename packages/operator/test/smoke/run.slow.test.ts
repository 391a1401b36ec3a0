// No quick test: it is about programs or packages as they run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningKey } from '../../../local-gateway/src/keys.ts';
import { mintToken, principals } from '../../../local-gateway/src/principals.ts';
import { runOperator } from '../run-operator.ts';
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import { startServerProcess } from '../../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../../test/support/server-process.ts';

const target = ['--cluster=apps-dev', '--namespace=payments', '--region=eu-central-1', '--tag=team=payments'];
const role = ['--role-arn', 'arn:aws:iam::111122223333:role/pods/payments/payments-api'];

let folder: string;
let server: ServerProcess;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  server = await startServerProcess({ LOCAL_FOLDER: folder, LEDGER_FILE: ':memory:' });
  const alice = principals.find(({ name }) => name === 'alice');
  if (!alice) throw new Error('The example principal alice is missing.');
  token = await mintToken(await loadSigningKey(folder), alice, { expiresInSeconds: 600 });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Runs the command. The columns of the table that differ from run to run, times and details, are left out. */
async function smoke(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const credentials = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_EKS: server.eksUrl,
  };
  const { status, stdout, stderr } = await runOperator(['smoke', ...args], { TOKEN: token, ...credentials, ...env });
  const steps = stdout
    .split('\n')
    .flatMap((line) => /^(.*?) {2,}(passed|failed|skipped)/.exec(line)?.slice(1, 3).join(': ') ?? []);
  return { exitCode: status, output: stdout + stderr, steps };
}

test('a working deployment passes every step that it is given the means for', async () => {
  const reconciled = { closed: 0, open: 0, superseded: 0, failed: 0 };
  const lambda = await startAnsweringServer((response) => response.end(JSON.stringify(reconciled)));
  const args = ['--url', server.url, ...target, ...role, '--direct', '--reconcile-function', 'gateway-reconcile'];
  const { exitCode, output, steps } = await smoke(args, { AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint });
  await lambda.stop();
  expect(steps).toEqual([
    'viewer, by JWT: passed',
    'viewer, by AWS credentials: skipped',
    'create that is allowed: passed',
    'replay of the create: passed',
    'create that is denied: passed',
    'drift after a direct change: passed',
    'reconciliation: passed',
    'delete: passed',
  ]);
  expect(exitCode).toBe(0);
  expect(output).toContain('needs --iam-url');
  expect(lambda.seen.map(({ path }) => path)).toEqual(['/2015-03-31/functions/gateway-reconcile/invocations']);
  expect(lambda.seen[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-central-1\/lambda/,
  );
});

test('steps without the means are skipped, and what the deployment refuses fails', async () => {
  const args = ['--url', server.url, ...target, '--role-arn', 'arn:aws:iam::111122223333:role/admin'];
  const { exitCode, output, steps } = await smoke([...args, '--denied-namespace', 'search']);
  expect(exitCode).toBe(1);
  expect(steps).toEqual([
    'viewer, by JWT: passed',
    'viewer, by AWS credentials: skipped',
    'create that is allowed: failed',
    'replay of the create: failed',
    'create that is denied: passed',
    'drift after a direct change: skipped',
    'reconciliation: skipped',
    'delete: failed',
  ]);
  expect(output).toContain('POLICY_DENIED');
});

test('the route of AWS credentials is tried with a signature of API Gateway', async () => {
  const viewer = { data: { viewer: { id: 'iam:111122223333:role/ci', kind: 'SERVICE' } } };
  const api = await startAnsweringServer((response) => response.end(JSON.stringify(viewer)));
  const { output } = await smoke(['--url', server.url, ...target, ...role, '--iam-url', `${api.endpoint}/iam/graphql`]);
  await api.stop();
  expect(output).toContain('SERVICE iam:111122223333:role/ci');
  expect(api.seen[0]?.headers.authorization).toMatch(/\/eu-central-1\/execute-api\/aws4_request/);
});

test('says why an address does not answer', async () => {
  const api = await startAnsweringServer((response) => response.end());
  await api.stop();
  const { exitCode, output } = await smoke(['--url', api.endpoint, ...target, ...role]);
  expect(exitCode).toBe(1);
  expect(output).toContain(`${api.endpoint} does not answer: connect ECONNREFUSED`);
});

test('missing arguments are explained', async () => {
  expect(await smoke(['--url', server.url])).toMatchObject({
    exitCode: 2,
    output: expect.stringContaining('--cluster NAME is missing'),
  });
  expect(await smoke(['--url', server.url, ...target, ...role], { TOKEN: '' })).toMatchObject({ exitCode: 2 });
});
