// No quick test: it is about programs or packages as they run.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runOperator } from './run-operator.ts';
import { compileCache } from '../../../test/support/compile-cache.ts';

const bin = join(import.meta.dirname, '../bin/pod-identity-operator.cjs');

/** Runs the command with a Node.js that says of itself what the code makes it say. */
function runOn(pretend: string, ...args: string[]) {
  const code = `${pretend}; process.argv.splice(1, 0, ''); require(${JSON.stringify(bin)})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code, '--', ...args], {
    env: { ...process.env, ...compileCache },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const version20 = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";

test('the file can be executed', () => {
  expect(() => accessSync(bin, constants.X_OK)).not.toThrow();
});

test('the command runs, and exits with its exit code', () => {
  expect(runOn('0', 'policies', 'check')).toMatchObject({ status: 0, stderr: '' });
  expect(runOn('0', 'lock', '--all', '--reads')).toMatchObject({ status: 2, stdout: '' });
});

test('an older Node.js runs it with the one of node_modules', () => {
  const old = `${version20}; Object.defineProperty(process, 'execPath', { value: '/usr/bin/node' })`;
  expect(runOn(old, 'policies', 'check')).toMatchObject({ status: 0, stderr: '' });
  expect(runOn(old, 'lock', '--all', '--reads')).toMatchObject({ status: 2, stdout: '' });
});

test('an older Node.js says what to install where node_modules has none', () => {
  const old = `${version20}; Object.defineProperty(process, 'platform', { value: 'aix' })`;
  expect(runOn(old, 'lock', '--all')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('Install Node.js 24'),
  });
});

test('a reader that closes the pipe is not a failure', async () => {
  const child = spawn(process.execPath, [bin, 'policies', 'check'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [[code], errors] = await Promise.all([once(child, 'close') as Promise<[number]>, text(child.stderr)]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

describe('completion', () => {
  const scriptOf = async (shell: string) => (await runOperator(['completion', shell])).stdout;

  test.each([
    [
      [''],
      [
        ...[
          'policies',
          'inventory',
          'trail',
          'events',
          'ledger',
          'access-review',
          'lock',
          'confirm-gone',
          'restore',
          'erase',
        ],
        ...['principal', 'assumptions', 'smoke', 'completion', '--help'],
      ],
    ],
    [
      ['policies', 'r'],
      ['replay', 'rollback'],
    ],
    [['lock', ''], expect.arrayContaining(['lift', '--reads', '--list'])],
    [
      ['lock', 'lift', '--re'],
      ['--region', '--reason'],
    ],
    [
      ['trail', 'export', '--format', ''],
      ['ndjson', 'ocsf'],
    ],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
  ])('bash completes %j', async (given, expected) => {
    const script = `${await scriptOf('bash')}
COMP_WORDS=(pod-identity-operator ${given.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${given.length}
_pod_identity_operator; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n')).toEqual(expected);
  });

  test.each([
    ['policies r', ['replay', 'rollback']],
    ['lock ', ['lift']],
    ['trail export --format ', ['ndjson', 'ocsf']],
    ['completion ', ['bash', 'fish', 'zsh']],
  ])('fish completes %j', async (line, expected) => {
    const script = `${await scriptOf('fish')}\ncomplete -C 'pod-identity-operator ${line}'`;
    const lines = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(expected);
  });

  test('zsh accepts the script', async () => {
    const { status, stderr } = spawnSync('zsh', ['-f', '-n'], { input: await scriptOf('zsh'), encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
