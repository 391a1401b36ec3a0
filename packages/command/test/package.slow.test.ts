// No quick test: it is about programs or packages as they run.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

let consumer: Consumer;
let installed: string;

beforeAll(async () => {
  // With the typed client beside it, as a program that uses both has them.
  const names = ['pod-identity-client', 'pod-identity-command'] as const;
  consumer = await installPackages(join(tmpdir(), 'pod-identity-command'), names);
  installed = consumer.installed('pod-identity-command');
});

afterAll(() => consumer.remove());

const program = `import { runCommandLine, ServiceError } from 'pod-identity-command';
import type { Host } from 'pod-identity-command';

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

const runProgram = (...args: readonly string[]) =>
  run(process.execPath, ['program.js', ...args], { cwd: consumer.folder });

test('the package has types, documentation and licences, and no dependencies', () => {
  expect(readdirSync(join(consumer.folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'pod-identity-client',
    'pod-identity-command',
  ]);
  expect(readdirSync(installed).sort()).toEqual([
    ...['LICENSE', 'README.md', 'bin', 'declaration.schema.json', 'dist', 'man', 'package.json'],
  ]);
  const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['yaml', 'get-east-asian-width', 'openid-client', '@smithy/signature-v4'])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

/** What a file of the package loads before it runs: itself, and what it imports by statements. */
function loadedWith(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(join(installed, 'dist', file), 'utf8');
  const imports = [...text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name = '']) => loadedWith(name, seen));
  return [text, ...imports].join('\n');
}

test('the library of OpenID Connect is loaded by sign-ins and renewals only', () => {
  const dist = readdirSync(join(installed, 'dist'));
  const filesOf = (prefix: string) => dist.filter((file) => file.startsWith(prefix) && file.endsWith('.js'));
  const library = 'code_challenge_methods_supported';
  expect(filesOf('command-login').map((file) => loadedWith(file).includes(library))).toEqual([true]);
  for (const file of ['main.js', 'index.js', ...filesOf('command-call'), ...filesOf('command-execute')]) {
    expect([file, loadedWith(file).includes(library)]).toEqual([file, false]);
  }
});

test('a program runs commands of the installed package in each output format', async () => {
  writeFileSync(join(consumer.folder, 'program.js'), script);
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
});

/** The client of an opened gateway is one of the typed client's package. */
const bothPackages = `import type { GatewayClient } from 'pod-identity-client';
import { openGateway } from 'pod-identity-command';
import type { CallSettings } from 'pod-identity-command';
export const clientOf = async (settings: CallSettings): Promise<GatewayClient> => (await openGateway(settings)).client;
`;

test.each([
  ['nodenext', ['--module', 'nodenext']],
  ['bundler', ['--module', 'preserve', '--moduleResolution', 'bundler']],
  ['node10', ['--module', 'esnext', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']],
])('a TypeScript program resolves the types of the installed package by %s', async (_, resolution) => {
  writeFileSync(join(consumer.folder, 'program.ts'), `${program}${bothPackages}`);
  const options = [...resolution, '--target', 'es2022', '--strict', '--noEmit'];
  const types = ['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')];
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, ...types, 'program.ts'], { cwd: consumer.folder });
});

/** Runs the executable as a shell does, without the variables of this process. */
const pod = (...args: readonly string[]) =>
  run(consumer.bin, [...args], {
    env: { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' },
  });

test('the executable runs without anything else', async () => {
  expect((await pod('--version')).stdout).toMatch(/^pod-identity\/\d+\.\d+\.\d+(-[\w.]+)? Node\.js\/\S+ \w+\/\w+\n$/);
  expect((await pod('help')).stdout).toContain('create-pod-identity-association');
  expect((await pod('completion', 'bash')).stdout).toContain('complete -o default');
  const line = ['describe-pod-identity-association', '--cluster-name', 'c', '--association-id', 'a'];
  const { stdout } = await pod(...line, '--generate-cli-skeleton', 'output', '--output', 'yaml');
  expect(stdout).toContain('associationId: associationId');
});

test.each(['18.20.8', '22.20.0', '23.11.1', '24.4.1'])('Node.js %s ends with one sentence', async (version) => {
  const pretend = join(consumer.folder, 'pretend.cjs');
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  await expect(run(process.execPath, ['--require', pretend, consumer.bin, '--version'])).rejects.toMatchObject({
    code: 255,
    stdout: '',
    stderr: `pod-identity needs Node.js 22.21, 24.5 or later, and this is ${version}.\n`,
  });
});

test('a clone runs the executable without a build', async () => {
  const { stdout } = await run(join(repository, 'packages/command/bin/pod-identity.cjs'), ['help']);
  expect(stdout).toBe((await pod('help')).stdout);
});

test.each([
  ['a command line that is not valid', ['whoami', '--nonsense'], 252, 'Unknown options: --nonsense'],
  ['no URL', ['whoami'], 253, 'The URL of the gateway is not known.'],
  ['no region', ['whoami', '--endpoint-url', 'http://127.0.0.1:1'], 253, 'You must specify a region'],
  [
    'no credentials',
    ['whoami', '--endpoint-url', 'http://127.0.0.1:1', '--region', 'eu-central-1'],
    253,
    'Unable to locate credentials.',
  ],
] as const)('the executable ends with the exit code of the AWS CLI for %s', async (_, args, code, message) => {
  await expect(pod(...args)).rejects.toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

test('the executable reads a declaration from standard input', async () => {
  const line = ['plan', '-f', '-', '--endpoint-url', 'http://127.0.0.1:1', '--token', 't'];
  const child = spawn(consumer.bin, line, { stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin.end('version: 2\n');
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('\n<stdin>:1:10: version must be 1.\n'),
  });
});

test('an interrupt ends the executable with the exit code 130', async () => {
  const server = await startAnsweringServer(() => child.kill('SIGINT'));
  const stop = closeAtEnd(server.stop);
  const child = spawn(consumer.bin, ['whoami', '--endpoint-url', server.endpoint, '--token', 't'], { stdio: 'pipe' });
  closeAtEnd(async () => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('Interrupted.') });
  await stop();
});

test('a reader that ends before the output, such as head, does not change the exit code', async () => {
  const child = spawn(consumer.bin, ['help'], { stdio: 'pipe' });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('a full disk ends the executable with the exit code 255', async () => {
  const line = `"${consumer.bin}" help > /dev/full`;
  await expect(run('sh', ['-c', line])).rejects.toMatchObject({
    code: 255,
    stderr: expect.stringContaining("The output can't be written: ENOSPC"),
  });
});

// cspell:ignore execve fcntl ioctl termios TIOCSWINSZ waitpid waitstatus
/** Types answers to the prompts of the executable in a terminal: each one when its question appears. */
const terminal = `import fcntl, os, pty, re, struct, sys, termios
bin, url, answers = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execve(bin, [bin, '--cli-auto-prompt', '--endpoint-url', url, '--token', 't', 'describe-pod-identity-association'], dict(os.environ, TERM='xterm'))
# Without a size, the terminal has lines of one character.
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 200, 0, 0))
seen = b''
while True:
    try:
        chunk = os.read(fd, 4096)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    if answers and re.search(answers[0].split('=')[0].encode(), seen):
        os.write(fd, (answers.pop(0).split('=')[1] + '\\r').encode())
        seen = b''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const missingPython = spawnSync('python3', ['--version']).error ? 'there is no python3' : null;

testUnless(missingPython)('--cli-auto-prompt asks for missing options in a terminal', async () => {
  const server = await startAnsweringServer((response) => response.end('{"data":{"podIdentityAssociation":null}}'));
  const answers = ['--cluster-name:=apps-dev', '--association-id:=a-1'];
  const env = { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null' };
  const ended = run('python3', ['-c', terminal, consumer.bin, server.endpoint, ...answers], { env });
  await expect(ended).rejects.toMatchObject({ code: 254 });
  expect(server.seen.map(({ body }) => (JSON.parse(body) as { variables: object }).variables)).toEqual([
    { clusterName: 'apps-dev', associationId: 'a-1' },
  ]);
  await server.stop();
});
