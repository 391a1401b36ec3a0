// No quick test: it is about programs or packages as they run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import { compileCache } from '../../../test/support/compile-cache.ts';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'packages/local-gateway/src/start.ts');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-failures-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `npm start` until it ends; kills it after 50 seconds, in which case `code` is null. */
async function start(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', EKS_SIMULATOR_PORT: '0', LOCAL_FOLDER: folder, ...compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
    killSignal: 'SIGKILL',
  });
  const texts = { out: '', errors: '' };
  child.stdout.on('data', (chunk) => (texts.out += String(chunk)));
  child.stderr.on('data', (chunk) => (texts.errors += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** Expects exit code 1 and one line on standard error, with no stack trace; gives that line. */
async function failure(env: Readonly<Record<string, string>>): Promise<string> {
  const { code, out, errors } = await start(env);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(errors).toMatch(/^The gateway can't start: .*\n$/);
  return errors;
}

describe('npm start ends with exit code 1 and one line', () => {
  test.each(['PORT', 'EKS_SIMULATOR_PORT'])('when the port of %s is in use', async (variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const line = await failure({ [variable]: String(port) }).finally(() => other.close());
    expect(line).toContain(`${variable} is ${port}`);
    expect(line).toContain(`Set ${variable} to a free port`);
  });

  test('when the world file is missing', async () => {
    const file = join(folder, 'world.json');
    expect(await failure({ WORLD_FILE: file })).toContain(`WORLD_FILE is ${file}, which can't be read: ENOENT`);
  });

  test(`when the simulator can't use its state file`, async () => {
    writeFileSync(join(folder, 'eks-simulator.json'), 'x');
    const line = await failure({});
    expect(line).toContain(`LOCAL_FOLDER is ${folder}`);
  });

  test('when another server runs the simulator on the same folder', async () => {
    const first = await startServerProcess({ LOCAL_FOLDER: folder });
    // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for it
    const line = await failure({}).finally(() => first.stop());
    expect(line).toContain(`LOCAL_FOLDER is ${folder}`);
    expect(line).toContain('give each running server its own LOCAL_FOLDER');
  });

  test('when the folder of policies is missing', async () => {
    const missing = join(folder, 'missing');
    const line = await failure({ POLICIES_DIRECTORY: missing });
    expect(line).toContain(`The policies can't be read from ${missing}`);
    expect(line).toContain('Set POLICIES_DIRECTORY to a folder');
  });

  test(`when LOCAL_FOLDER can't be created`, async () => {
    writeFileSync(join(folder, 'file'), '');
    const line = await failure({ LOCAL_FOLDER: join(folder, 'file', 'local') });
    expect(line).toContain('Set LOCAL_FOLDER to a folder that this user can write');
  });

  test(`when LEDGER_FILE can't be created`, async () => {
    writeFileSync(join(folder, 'file'), '');
    const line = await failure({ LEDGER_FILE: join(folder, 'file', 'ledger.sqlite') });
    expect(line).toContain('Set LEDGER_FILE to a file that this user can write');
  });

  test('when DynamoDB does not answer at its endpoint', async () => {
    const line = await failure({ LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' });
    expect(line).toContain('http://127.0.0.1:1');
    expect(line).toContain('Set AWS_ENDPOINT_URL_DYNAMODB');
  });

  test('when there are no credentials for DynamoDB', async () => {
    const line = await failure({ LEDGER: 'dynamodb', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' });
    expect(line).toContain('Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

  test.each([
    [{ PORT: '99999' }, 'PORT is "99999": set it to a whole number from 0 to 65535, such as 4000.'],
    [{ AWS_ENDPOINT_URL_EKS: 'foo' }, 'AWS_ENDPOINT_URL_EKS is "foo": set it to an http or https URL'],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'foo' }, 'AWS_ENDPOINT_URL_DYNAMODB is "foo": set it to an http or https URL'],
    [{ AWS_REGION: 'Frankfurt' }, 'AWS_REGION is "Frankfurt": set it to the code of an AWS region'],
    [{ HOME_ACCOUNT_ID: 'abc' }, 'HOME_ACCOUNT_ID is "abc": set it to an AWS account ID of 12 digits'],
    [{ LIST_LAG_MS: '29999' }, 'LIST_LAG_MS is 29999: it can only be raised above its default of 30000'],
  ])('for %j', async (env, message) => {
    expect(await failure(env)).toContain(message);
  });
});

// The first process of a container ignores a signal without a handler, so the default of other processes is not enough.
test('npm start handles SIGTERM while it starts', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const dynamoDb = { LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` };
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', EKS_SIMULATOR_PORT: '0', LOCAL_FOLDER: folder, ...dynamoDb },
    stdio: 'ignore',
  });
  await once(silent, 'connection');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([143, null]);
  silent.close();
});

// As in scripts of CI: npm start & … kill $!
test('the server ends with the npm that started it', async () => {
  const env = { ...process.env, PORT: '0', EKS_SIMULATOR_PORT: '0', LOCAL_FOLDER: folder };
  const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  // The output is closed once the server has ended too.
  let hasEnded = false;
  const ended = once(child, 'close').then(() => (hasEnded = true));
  const endGroup = closeAtEnd(async () => {
    if (!hasEnded) process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('A request:')) break;
  child.stdout.resume();
  child.kill('SIGTERM');
  expect(await ended).toBe(true);
  await endGroup();
});

test('npm start names all problems of a world file at once, with their places', async () => {
  const file = join(folder, 'pod-identity-local.json');
  writeFileSync(file, '{\n  "accountId": "1",\n  "clusters": [{ "name": "apps" }]\n}');
  const { code, errors } = await start({ WORLD_FILE: file });
  expect(code).toBe(1);
  for (const problem of [
    'pod-identity-local.json:2: accountId: "1" is not valid; write an AWS account ID: 12 digits in quotes.',
    'pod-identity-local.json:3: clusters.0: "name" is not a known field; known fields are clusterName, ',
  ])
    expect(errors).toContain(`- ${problem}`);
});

test('npm start names all wrong settings at once', async () => {
  const { code, errors } = await start({
    PORT: 'http',
    LEDGER: 'postgres',
    AWS_REGION: 'Frankfurt',
    LIST_LAG_MS: '-1',
  });
  expect(code).toBe(1);
  for (const variable of ['PORT', 'LEDGER', 'AWS_REGION', 'LIST_LAG_MS'])
    expect(errors).toMatch(RegExp(`^- ${variable} is "`, 'm'));
});
