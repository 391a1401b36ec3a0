// No quick test: it is about programs or packages as they run.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileCache } from '../support/compile-cache.ts';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Runs a script of package.json without npm, which would only add time. */
function run(script: string, ...args: string[]) {
  const [name = '', ...words] = script.split(' ');
  // A server takes the place of its shell, so that it ends with npm.
  const [program, ...command] = scripts[name]?.replace(/^exec /, '').split(' ') ?? [];
  expect(program).toBe('node');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...words, ...args], {
    cwd: root,
    env: { ...process.env, ...compileCache },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(['demo', 'start', 'token', 'scp', 'check', 'bench', 'bench fleet-day', 'reliability', 'build'])(
  'npm run %s',
  (name) => {
    test('--help prints usage and exits with 0', () => {
      const { status, stdout, stderr } = run(name, '--help');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(RegExp(`^Usage: npm (run (--silent )?)?${name.replace(' ', ' -- ')}( |$)`, 'm'));
      expect(stdout).toMatch(/^ +-h, --help +print this text/m);
    });

    test('rejects an unknown option in one line, with exit code 2', () => {
      expect(run(name, '--no-such-option')).toEqual({
        status: 2,
        stdout: '',
        stderr: "Unknown option '--no-such-option'. Run with --help for usage.\n",
      });
    });
  },
);

test.each(['demo', 'start', 'bench', 'bench fleet-day', 'build'])('npm run %s rejects an argument', (name) => {
  const stderr = 'Unexpected argument "more". Run with --help for usage.\n';
  expect(run(name, 'more')).toEqual({ status: 2, stdout: '', stderr });
});

test.each(['matrix', 'search', 'processes', 'fuzz', 'mutation'])('npm run reliability -- %s has help', (name) => {
  const { status, stdout } = run('reliability', name, '--help');
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`npm run reliability -- ${name}`) });
});

test('npm run bench -- fleet-day rejects a number of clusters that is not a number', () => {
  const stderr = '--adopted must be 37 to 200. Run with --help for usage.\n';
  expect(run('bench', 'fleet-day', '--adopted', 'many')).toEqual({ status: 2, stdout: '', stderr });
});

test('each "npm run" in the repository names a script, of the repository or of the example that it stands in', () => {
  const pattern = 'npm run (--silent )?[a-z][a-z:-]*';
  const found = execFileSync('git', ['grep', '-oIE', pattern], { cwd: root, encoding: 'utf8' });
  const uses = found.split('\n').flatMap((line) => {
    const [, file = '', name] = /^([^:]+):npm run(?: --silent)? (?!--)(\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ file, name }];
  });
  expect(uses.length).toBeGreaterThan(10);
  expect(uses.filter(({ file, name }) => !isScript(name, file)).map(({ name }) => name)).toEqual([]);
});

function isScript(name: string, file: string): boolean {
  const [example] = /^examples\/[^/]+\//.exec(file) ?? [];
  if (example === undefined || Object.hasOwn(scripts, name)) return Object.hasOwn(scripts, name);
  const own = JSON.parse(readFileSync(join(root, example, 'package.json'), 'utf8')) as { readonly scripts?: object };
  return Object.hasOwn(own.scripts ?? {}, name);
}
