// Quick test: packages/client/test/client.test.ts.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startEksSimulator } from '../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../eks-simulator/src/index.ts';
import { roleArn } from '../../../test/support/gateway.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'killed-server-'));
let consumer: Consumer;
let eks: EksSimulator;
let server: ServerProcess;

/** A lease of seconds, so that the command need not wait for that of a server in production. */
const start = (port: string) =>
  startServerProcess(
    {
      LOCAL_FOLDER: folder,
      PORT: port,
      AWS_ENDPOINT_URL_EKS: eks.url,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    { leaseMs: 2_000 },
  );

beforeAll(async () => {
  [consumer, eks] = await Promise.all([
    installPackages(join(tmpdir(), 'pod-identity-command'), ['pod-identity-command']),
    startEksSimulator(),
  ]);
  server = await start('0');
});

afterAll(async () => {
  await server.stop('SIGKILL');
  await eks.close();
  consumer.remove();
  rmSync(folder, { recursive: true });
});

test('a create whose server is killed and started again ends with the association, and one exists', async () => {
  const token = join(import.meta.dirname, '../../local-gateway/src/token.ts');
  const { stdout: jwt } = await run(process.execPath, [token, 'alice'], { env: { LOCAL_FOLDER: folder } });
  // EKS creates the association, and its answer never comes.
  eks.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'hang-after' });
  const binding = [
    '--namespace',
    'payments',
    '--service-account',
    'api',
    '--role-arn',
    roleArn('payments/payments-api'),
  ];
  const args = ['create-pod-identity-association', '--cluster-name', 'apps-dev', ...binding, '--tags', 'team=payments'];
  const command = spawn(consumer.bin, [...args, '--endpoint-url', server.url, '--region', 'eu-central-1'], {
    env: { PATH: process.env.PATH, POD_IDENTITY_TOKEN: jwt.trim(), AWS_CONFIG_FILE: '/dev/null' },
  });
  closeAtEnd(async () => command.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  command.stdout.on('data', (chunk) => (stdout += String(chunk)));
  command.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = once(command, 'close') as Promise<[number]>;

  while (eks.control.associations().length === 0) await sleep(50);
  await server.stop('SIGKILL');
  while (!stderr.includes('Attempt 2')) await sleep(50);
  server = await start(new URL(server.url).port);

  const [code] = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Client request token: ') });
  const associations = eks.control.associations();
  expect(associations).toHaveLength(1);
  const { association } = JSON.parse(stdout) as { association: { associationId: string } };
  expect(association.associationId).toBe(associations[0]?.associationId);
  expect(eks.control.requests('CreatePodIdentityAssociation')).toHaveLength(1);
});
