import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { awsCli, missingAwsCli } from '../../../test/support/aws-cli.ts';
import { testUnless } from '../../../test/support/requires.ts';

const packageFolder = join(import.meta.dirname, '..');
const repository = join(packageFolder, '../..');
const run = promisify(execFile);
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_offline: 'true' };

let folder: string;
let consumer: string;
let installed: string;

/** Packs a copy of the package, so that nothing is built in the working tree, and installs the tarball in a new project. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pod-identity-client-'));
  const copy = join(folder, 'repository/packages/client');
  mkdirSync(copy, { recursive: true });
  const entries = ['package.json', 'README.md', 'LICENSE', 'build.js', 'tsconfig.build.json', 'src'];
  for (const entry of entries) cpSync(join(packageFolder, entry), join(copy, entry), { recursive: true });
  cpSync(join(repository, 'tsconfig.json'), join(folder, 'repository/tsconfig.json'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'repository/node_modules'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: copy, env: environment });

  consumer = join(folder, 'consumer');
  installed = join(consumer, 'node_modules/pod-identity-client');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{"type": "module", "private": true}');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, tarball)], { cwd: consumer, env: environment });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = `import { runCommandLine, ServiceError } from 'pod-identity-client/command';
import type { Host } from 'pod-identity-client/command';

const host: Host = {
  environment: { AWS_CONFIG_FILE: '/dev/null' },
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
  terminalColumns: null,
  version: 'pod-identity/0.0.0',
  prompter: null,
  call: ({ command }) => Promise.reject(new ServiceError('Refused', command.operation, 'No.')),
};
process.exitCode = await runCommandLine(process.argv.slice(2), host);
`;
const script = program
  .replace(/import type .*\n/, '')
  .replace(': Host', '')
  .replaceAll(': string', '');

const runProgram = (...args: readonly string[]) => run(process.execPath, ['program.js', ...args], { cwd: consumer });

test('the package has types, documentation and licences, and no dependencies', () => {
  expect(readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'pod-identity-client',
  ]);
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['jmespath', 'yaml', 'get-east-asian-width', '@smithy/signature-v4'])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

test('a program runs commands of the installed package in each output format', async () => {
  writeFileSync(join(consumer, 'program.js'), script);
  const line = ['list-pod-identity-associations', '--cluster-name', 'c', '--generate-cli-skeleton', 'output'];
  for (const output of ['json', 'yaml', 'yaml-stream', 'text', 'table']) {
    const { stdout } = await runProgram(...line, '--output', output, '--query', 'associations[].associationId');
    expect(stdout).toContain('associationId');
  }
  const input = ['create-pod-identity-association', '--cli-input-yaml', 'clusterName: c'];
  await expect(runProgram(...input)).rejects.toMatchObject({
    code: 252,
    stderr: expect.stringContaining('"namespace"'),
  });
  await expect(runProgram(...line.slice(0, 3))).rejects.toMatchObject({
    code: 254,
    stderr: expect.stringContaining('No.'),
  });
}, 20_000);

test('a TypeScript program resolves the types of the installed package', async () => {
  writeFileSync(join(consumer, 'program.ts'), program);
  const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit'];
  const types = ['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')];
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, ...types, 'program.ts'], { cwd: consumer });
}, 60_000);

const clientProgram = `import { bearer, createGatewayClient, LostAnswerError, possibleTypes, sigV4 } from 'pod-identity-client';
import type { MutationResult } from 'pod-identity-client';

const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
for (const authentication of [bearer('t'), sigV4({ credentials, region: 'eu-central-1' })]) {
  const client = createGatewayClient({ url: 'http://127.0.0.1:1', authentication, retries: { maxAttempts: 1 } });
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

test('a program uses the typed client of the installed package, in Node.js and bundled for browsers', async () => {
  writeFileSync(join(consumer, 'client.ts'), clientProgram);
  const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit', '--lib', 'es2022,dom'];
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, 'client.ts'], { cwd: consumer });
  // A module of Node.js would be an error.
  const browser = { bundle: true, format: 'esm', platform: 'browser', outdir: 'browser' } as const;
  await build({ absWorkingDir: consumer, entryPoints: ['client.ts'], ...browser });
  for (const program of ['client.ts', 'browser/client.js']) {
    const { stdout } = await run(process.execPath, [program], { cwd: consumer });
    expect(stdout).toBe('t\nt\ntrue\n');
  }
}, 60_000);

/** The shortest of the times that a program takes, in milliseconds: load of the machine only adds to it. */
async function shortest(times: number, start: () => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const begin = performance.now();
    await start();
    durations.push(performance.now() - begin);
  }
  return Math.min(...durations);
}

testUnless(missingAwsCli)(
  'the command starts in at most a quarter of the time of the AWS CLI',
  async () => {
    writeFileSync(join(consumer, 'program.js'), script);
    const line = ['list-pod-identity-associations', '--cluster-name', 'c', '--generate-cli-skeleton', 'output'];
    const theirs = await shortest(4, () => run(awsCli ?? 'aws', ['--version']));
    const version = await shortest(4, () => runProgram('--version'));
    const whole = await shortest(4, () => runProgram(...line));
    expect(version / theirs).toBeLessThanOrEqual(0.25);
    expect(whole / theirs).toBeLessThanOrEqual(0.25);
  },
  60_000,
);
