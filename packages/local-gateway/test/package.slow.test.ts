// No quick test: it is about programs or packages as they run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const packageFolder = join(import.meta.dirname, '..');
const run = promisify(execFile);
// The node that runs the tests comes first, because the programs of the package start with `#!/usr/bin/env node`.
const environment = {
  PATH: `${join(process.execPath, '..')}:${process.env.PATH ?? ''}`,
  HOME: process.env.HOME,
  npm_config_offline: 'true',
};

let folder: string;
let consumer: string;
let installed: string;

/** Packs the package and installs the tarball in a new project. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-gateway-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: packageFolder, env: environment });
  consumer = join(folder, 'consumer');
  installed = join(consumer, 'node_modules/pod-identity-gateway-local');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{"type": "module", "private": true}');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, tarball)], { cwd: consumer, env: environment });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');

/** The programs of the documentation: the blocks of the README that start the gateway. */
const readmePrograms = [...readme.matchAll(/```ts\n(import \{ startLocalGateway[^]*?)```/g)].map(
  ([, program = '']) => program,
);

/** Writes `pod-identity-local.json` as the README has it. */
function writeReadmeWorld(): string {
  const [, world = ''] = /```json\n(\{\n {2}"accountId"[^]*?)```/.exec(readme) ?? [];
  const file = join(consumer, 'pod-identity-local.json');
  writeFileSync(file, world);
  return file;
}

test('the package is compiled, and has no dependencies', () => {
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies?: object;
  };
  expect(dependencies).toBeUndefined();
  expect(readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'pod-identity-gateway-local',
  ]);
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
});

test('a Node.js without proxies ends with one sentence', async () => {
  const pretend = join(consumer, 'pretend.cjs');
  const version = '24.4.1';
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  const bin = join(consumer, 'node_modules/.bin/pod-identity-gateway-local');
  await expect(run(process.execPath, ['--require', pretend, bin, '--help'])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: `pod-identity-gateway-local needs Node.js 24.5 or later, and this is ${version}.\n`,
  });
});

test('the program of the README starts a gateway, creates an association and ends', async () => {
  writeFileSync(join(consumer, 'program.js'), readmePrograms[0] ?? '');
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: consumer, env: environment });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'SUCCEEDED', association: { serviceAccount: 'payments-api' } });
});

test('the program of the README with a world creates as the owner in its own cluster, and is denied as another team', async () => {
  writeReadmeWorld();
  writeFileSync(join(consumer, 'own.js'), readmePrograms[1] ?? '');
  const { stdout } = await run(process.execPath, ['own.js'], { cwd: consumer, env: environment });
  const payloads = Object.fromEntries(
    [...stdout.matchAll(/^(\w+) (.*)$/gm)].map(([, name = '', json = '']) => [name, JSON.parse(json) as unknown]),
  );
  expect(payloads).toMatchObject({
    olga: {
      status: 'SUCCEEDED',
      association: { associationArn: expect.stringContaining('eks:eu-west-1:999988887777:') as unknown },
    },
    sam: { status: 'REFUSED', association: null, refusal: { code: 'POLICY_DENIED' } },
  });
});

test('a program gets the credentials of an example identity, and no other', async () => {
  const program = `
    import { startLocalGateway } from 'pod-identity-gateway-local';
    const gateway = await startLocalGateway();
    console.log(JSON.stringify(await gateway.credentials('ci-deployer')));
    console.log(await gateway.credentials('mallory').catch(({ message }) => message));
    await gateway.close();`;
  writeFileSync(join(consumer, 'credentials.js'), program);
  const { stdout } = await run(process.execPath, ['credentials.js'], { cwd: consumer, env: environment });
  const [credentials = '', refusal] = stdout.split('\n');
  expect(JSON.parse(credentials)).toEqual({
    accessKeyId: 'ci-deployer',
    secretAccessKey: expect.stringMatching(/^[\w-]{40}$/) as unknown,
  });
  expect(refusal).toMatch(/^mallory has no AWS credentials here\. Those who do: ci-deployer, /);
});

test('the programs of the README pass the type checker', async () => {
  const tsc = join(packageFolder, '../../node_modules/typescript/bin/tsc');
  writeReadmeWorld();
  const files = readmePrograms.map((program, index) => {
    const name = `program-${index}.ts`;
    writeFileSync(join(consumer, name), program);
    return name;
  });
  expect(files).toHaveLength(2);
  const types = ['--typeRoots', join(packageFolder, '../../node_modules/@types'), '--types', 'node'];
  const args = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', ...types];
  await run(process.execPath, [tsc, ...args, '--resolveJsonModule', ...files], { cwd: consumer });
});

test('the command serves the example of two accounts, and prints tokens that it accepts', async () => {
  const WORLD_FILE = join(installed, 'examples/two-accounts.json');
  const server = spawn('npx', ['pod-identity-gateway-local'], {
    cwd: consumer,
    env: { ...environment, PORT: '0', EKS_SIMULATOR_PORT: '0', WORLD_FILE },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    const lines = createInterface({ input: server.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const url = /http:\S+/.exec(first)?.[0] ?? '';
    const { stdout } = await run('npx', ['pod-identity-gateway-local', 'token', 'dora'], {
      cwd: consumer,
      env: { ...environment, WORLD_FILE },
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { id groups } clusters { nodes { accountId } } }' }),
    });
    expect(await response.json()).toMatchObject({
      data: {
        viewer: { groups: expect.arrayContaining(['data-team']) as unknown },
        clusters: { nodes: [{ accountId: '111122223333' }, { accountId: '444455556666' }] },
      },
    });
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
    await once(server, 'close');
  }
});

test('the package serves the page, with the licences of what is in it', async () => {
  const program = `
    import { startLocalGateway } from 'pod-identity-gateway-local';
    const gateway = await startLocalGateway();
    const html = await (await fetch(new URL('/', gateway.url))).text();
    const script = await fetch(new URL(/<script type="module" src="([^"]+)"/.exec(html)[1], gateway.url));
    console.log(JSON.stringify([script.status, script.headers.get('content-encoding'), await script.text()]));
    await gateway.close();`;
  writeFileSync(join(consumer, 'page.js'), program);
  const { stdout } = await run(process.execPath, ['page.js'], { cwd: consumer, env: environment });
  const [status, encoding, script] = JSON.parse(stdout) as [number, string, string];
  expect([status, encoding]).toEqual([200, 'gzip']);
  expect(script).toContain('Pod Identity');
  const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['preact', 'oauth4webapi']) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  const bundles = readdirSync(join(installed, 'dist')).filter((name) => name.endsWith('.js'));
  const withBuild = bundles.filter((name) => readFileSync(join(installed, 'dist', name), 'utf8').includes('esbuild'));
  expect(withBuild).toEqual([]);
});

test('a test of Jest in CommonJS requires the package, and uses a gateway', async () => {
  const folder = join(consumer, 'jest');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'gateway.test.js'),
    `const { useLocalGateway } = require('pod-identity-gateway-local');
    const gateway = useLocalGateway();
    test('runs', async () => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { authorization: 'Bearer ' + (await gateway.token('alice')), 'content-type': 'application/json' },
        body: '{"query":"{ viewer { kind } }"}',
      });
      expect(await response.json()).toEqual({ data: { viewer: { kind: 'USER' } } });
      expect(gateway.eks.associations()).toEqual([]);
    });`,
  );
  const jest = join(packageFolder, '../../node_modules/jest/bin/jest.js');
  const { stderr } = await run(process.execPath, [jest, '--rootDir', folder], {
    cwd: folder,
    env: { ...environment, NODE_OPTIONS: '--experimental-vm-modules' },
  });
  expect(stderr).toContain('1 passed, 1 total');
});

test('the help texts name the command of the package', async () => {
  const npx = (...args: string[]) =>
    run('npx', ['pod-identity-gateway-local', ...args], { cwd: consumer, env: environment });
  expect((await npx('--help')).stdout).toContain('Usage: npx pod-identity-gateway-local\n');
  expect((await npx('token', '--help')).stdout).toContain('Usage: npx pod-identity-gateway-local token NAME');
});
