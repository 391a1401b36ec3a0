// No quick test: it is about programs or packages as they run.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf, simulate, some } from './simulation.ts';
import { compileCache } from '../../../test/support/compile-cache.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const manifest = join(import.meta.dirname, '../package.json');
const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Starts the command; resolves after its first output on stdout, or when it exits. */
async function start(environment: Record<string, string>, ...options: string[]) {
  const child = spawn(process.execPath, [main, ...options], {
    env: { PATH: process.env.PATH, ...compileCache, ...environment },
  });
  running.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return { child, output: () => output };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'prints where it listens, keeps its state, and stops on %s',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
    const stateFile = join(folder, 'eks.json');
    const { child, output } = await start({ EKS_SIMULATOR_PORT: '0', EKS_SIMULATOR_STATE: stateFile });
    const url = some(/http:\/\/127\.0\.0\.1:\d+/.exec(output()))[0];
    expect(output()).toContain(`associations are kept in ${stateFile}`);
    await clientOf({ url }).create();

    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect((await simulate({ stateFile })).control.associations()).toHaveLength(1);
    rmSync(folder, { recursive: true });
  },
);

/** Runs the command until it exits. */
async function run(environment: Record<string, string>, ...options: string[]) {
  const { child, output } = await start(environment, ...options);
  if (child.exitCode === null) await once(child, 'close');
  return { exitCode: child.exitCode, output: output() };
}

test.each([
  ['EKS_SIMULATOR_PORT', 'abc', "must be a whole number from 0 to 65535: the value is 'abc'"],
  ['EKS_SIMULATOR_PORT', '99999', "must be a whole number from 0 to 65535: the value is '99999'"],
  ['EKS_SIMULATOR_ALLOWED_HOSTS', 'eks:4100', "must be names without ports, separated by commas: a name is 'eks:4100'"],
  ['EKS_SIMULATOR_SIGNATURE_WINDOW_MS', '5m', "must be a whole number from 0 to 86400000: the value is '5m'"],
  ['EKS_SIMULATOR_WORLD', '/nowhere/world.json', "The world file /nowhere/world.json can't be read: ENOENT"],
  ['EKS_SIMULATOR_WORLD', main, `The world file ${main} is not JSON`],
  ['EKS_SIMULATOR_WORLD', manifest, `${manifest}.name is not a known field`],
  ['EKS_SIMULATOR_STATE', `${main}/eks.json`, `The state file ${main}/eks.json can't be written: `],
  ['EKS_SIMULATOR_STATE', tmpdir(), `The state file ${tmpdir()} can't be read: EISDIR`],
  ['EKS_SIMULATOR_STATE', manifest, `${manifest}.name is not a known field`],
])('exits with 2 for %s=%s and says what the variable must hold, in one line', async (name, value, words) => {
  const { exitCode, output } = await run({ EKS_SIMULATOR_PORT: '0', [name]: value });
  expect(output).toContain(words);
  expect(output).toMatch(new RegExp(`^eks-simulator: ${name} must be .+--help.+\n$`));
  expect(exitCode).toBe(2);
});

test.each(['--port=4100', '-x', 'start'])('exits with 2 for the unknown argument %s', async (option) => {
  const { exitCode, output } = await run({}, option);
  expect(output).toMatch(/^eks-simulator: Un.+--help.+\n$/);
  expect(exitCode).toBe(2);
});

test.each(['--help', '-h'])('%s names every setting with its default', async (option) => {
  const { exitCode, output } = await run({}, option);
  const settings = [...output.matchAll(/^ {2}(EKS_SIMULATOR_\w+)\n.+Default: (.+)\.\n +Must be .+\.$/gm)];
  expect(settings.map(([, name, fallback]) => [name, fallback])).toEqual([
    ['EKS_SIMULATOR_PORT', '4100'],
    ['EKS_SIMULATOR_WORLD', join(main, '../world.json')],
    ['EKS_SIMULATOR_STATE', 'none, they are kept in memory'],
    ['EKS_SIMULATOR_ALLOWED_HOSTS', 'none'],
    ['EKS_SIMULATOR_SIGNATURE_WINDOW_MS', '300000'],
  ]);
  expect(exitCode).toBe(0);
});

test('exits with 1 and one line when the port is in use', async () => {
  const { port } = new URL((await simulate()).url);
  expect(await run({ EKS_SIMULATOR_PORT: port })).toEqual({
    exitCode: 1,
    output:
      `eks-simulator: Port ${port} of 127.0.0.1 is already in use. ` +
      'Choose another port, or 0 for a free one (EKS_SIMULATOR_PORT)\n',
  });
});

test('exits with 1 while another process uses the state file, and takes over when that one was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
  const stateFile = join(folder, 'eks.json');
  const environment = { EKS_SIMULATOR_PORT: '0', EKS_SIMULATOR_STATE: stateFile };
  const { child: first } = await start(environment);
  const { exitCode, output } = await run(environment);
  expect(output).toMatch(/^eks-simulator: .+\(EKS_SIMULATOR_STATE\)\n$/);
  expect(output).toContain(`The state file ${stateFile} is in use by process ${first.pid}, see ${stateFile}.lock`);
  expect(exitCode).toBe(1);

  first.kill('SIGKILL');
  await once(first, 'close');
  const second = await start(environment);
  expect(second.output()).toContain('The EKS simulator listens on');
  rmSync(folder, { recursive: true });
});
