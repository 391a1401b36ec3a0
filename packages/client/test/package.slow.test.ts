// No quick test: it is about programs or packages as they run.
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

let consumer: Consumer;
let installed: string;

beforeAll(async () => {
  consumer = await installPackages(join(tmpdir(), 'pod-identity-client'), ['pod-identity-client']);
  installed = consumer.installed('pod-identity-client');
});

afterAll(() => consumer.remove());

test('the package has types, documentation and licences, and no dependencies and no command', () => {
  expect(readdirSync(join(consumer.folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'pod-identity-client',
  ]);
  expect(readdirSync(join(consumer.folder, 'node_modules'))).not.toContain('.bin');
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['@smithy/core', '@smithy/signature-v4'])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  expect(licences).not.toMatch(/^(yaml|openid-client) \d/m);
});

const program = `import { bearer, makeGatewayClient, LostAnswerError, possibleTypes, sigV4 } from 'pod-identity-client';
import type { MutationResult } from 'pod-identity-client';

const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
for (const authentication of [bearer('t'), sigV4({ credentials, region: 'eu-central-1' })]) {
  const client = makeGatewayClient({ url: 'http://127.0.0.1:1', authentication, retries: { maxAttempts: 1 } });
  try {
    const input = { clusterName: 'c', associationId: 'a', clientRequestToken: 't' };
    const result: MutationResult = await client.deletePodIdentityAssociation(input);
    if (result.kind === 'refused') console.log(result.refusal.message);
  } catch (error) {
    console.log(error instanceof LostAnswerError ? error.clientRequestToken : error);
  }
}
console.log(possibleTypes.Refusal.includes('PolicyDenied'));
`;

test.each([
  ['nodenext', ['--module', 'nodenext']],
  ['bundler', ['--module', 'preserve', '--moduleResolution', 'bundler']],
  ['node10', ['--module', 'esnext', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']],
])('a TypeScript program resolves the types of the installed package by %s', async (_, resolution) => {
  writeFileSync(join(consumer.folder, 'program.ts'), program);
  const options = [...resolution, '--target', 'es2022', '--strict', '--noEmit', '--lib', 'es2022,dom'];
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, 'program.ts'], { cwd: consumer.folder });
});

/** The Node.js of the tests, and another of this machine that the package supports. */
const nodes = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter((node, index, all) => {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout || '').slice(1).split('.').map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major > 22;
  return status === 0 && isSupported && all.indexOf(node) === index;
});

test.each(nodes)('a program in CommonJS requires the installed package: %s', async (node) => {
  const requiring = `const { bearer, makeGatewayClient, LostAnswerError, sigV4 } = require('pod-identity-client');
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const client = makeGatewayClient({
      url: 'http://127.0.0.1:1', authentication: sigV4({ credentials, region: 'r' }), retries: { maxAttempts: 1 },
    });
    client.viewer().catch((error) => console.log(typeof bearer, error instanceof LostAnswerError));`;
  writeFileSync(join(consumer.folder, 'requiring.cjs'), requiring);
  expect(await run(node, ['requiring.cjs'], { cwd: consumer.folder })).toMatchObject({
    stdout: 'function true\n',
    stderr: '',
  });
});

test('a program uses the installed package, in Node.js and bundled for browsers', async () => {
  writeFileSync(join(consumer.folder, 'program.ts'), program);
  // A module of Node.js would be an error.
  const browser = { bundle: true, format: 'esm', platform: 'browser', outdir: 'browser' } as const;
  await build({ absWorkingDir: consumer.folder, entryPoints: ['program.ts'], ...browser });
  for (const file of ['program.ts', 'browser/program.js']) {
    const { stdout } = await run(process.execPath, [file], { cwd: consumer.folder });
    expect(stdout).toBe('t\nt\ntrue\n');
  }
});
