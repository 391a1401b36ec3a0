import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const commands = [
  'demo',
  'start',
  'token',
  'audit:export',
  'lock',
  'principal',
  'ledger:copy',
  'scp',
  'restore',
  'policies',
  'policies:replay',
  'policies:why',
  'bench:trail',
  'build',
];

/** Runs a script of package.json without npm, which would only add time. */
function run(name: string, ...args: string[]) {
  const [program, ...command] = scripts[name]?.split(' ') ?? [];
  expect(program).toBe('node');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(commands)('npm run %s', (name) => {
  test.each(['--help', '-h'])('%s prints usage and exits with 0', (option) => {
    const { status, stdout, stderr } = run(name, option);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(RegExp(`^Usage: npm (run (--silent )?)?${name}( --|$)`, 'm'));
    expect(stdout).toMatch(/^ +-h, --help +print this text$/m);
  });

  test('rejects an unknown option in one line, with exit code 2', () => {
    expect(run(name, '--no-such-option')).toEqual({
      status: 2,
      stdout: '',
      stderr: "Unknown option '--no-such-option'. Run with --help for usage.\n",
    });
  });
});

test.each(['demo', 'start', 'audit:export', 'lock', 'restore', 'bench:trail', 'build'])(
  'npm run %s rejects an argument',
  (name) => {
    const stderr = 'Unexpected argument "more". Run with --help for usage.\n';
    expect(run(name, 'more')).toEqual({ status: 2, stdout: '', stderr });
  },
);

test('npm run bench:trail rejects a length that is not a number', () => {
  const stderr = '--sqlite is "many": give a whole number of entries. Run with --help for usage.\n';
  expect(run('bench:trail', '--sqlite', 'many')).toEqual({ status: 2, stdout: '', stderr });
});
