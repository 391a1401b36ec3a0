import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slowestFiles } from './support/slowest-files.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('{test,packages/*/test,examples/*/test}/**/*.test.ts', { cwd: root });
const ordinary = files.filter(
  (file) => !/\.(slow|browser|aws-cli)\.test\.ts$/.test(file) && !file.startsWith('test/reliability/'),
);

/** Test files of `npm test` that start a program which ends in a moment: a shell, openssl, Node.js with one line. */
const quick = [
  'packages/command/test/http.test.ts',
  'packages/command/test/man-page.test.ts',
  'packages/command/test/proxy.test.ts',
  'packages/command/test/run.test.ts',
  'packages/eks-simulator/test/state-lock.test.ts',
  'packages/local-gateway/test/http-api/close.test.ts',
];

/** What a test file imports that starts programs. */
const starter =
  /from '(node:child_process|.*\/(server-process|lambda-package|installed-package|identity-provider|login-gateway|oracle)\.ts)'/;

test('npm test starts no programs but those that end in a moment; others are named for their kind', () => {
  const starting = ordinary.filter((file) => starter.test(readFileSync(join(root, file), 'utf8')));
  expect(starting.sort()).toEqual(quick);
});

test('the quick tests that slow ones name exist, and belong to npm test', () => {
  const named = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/^\/\/ Quick test: (\S+)\.$/gm)].map(([, path = '']) => path);
  });
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(join(root, path)) || !ordinary.includes(path))).toEqual([]);
});

describe('the slowest files of a run', () => {
  const resultsOf = (count: number) => ({
    testResults: Array.from({ length: count }, (_, at) => ({
      testFilePath: join(process.cwd(), `test/${at}.test.ts`),
      perfStats: { runtime: at * 1_000 },
    })),
  });

  test('are ten, the slowest first', () => {
    const lines = slowestFiles(resultsOf(12));
    expect(lines).toHaveLength(10);
    expect([lines[0], lines[9]]).toEqual(['  11.0 s  test/11.test.ts', '   2.0 s  test/2.test.ts']);
  });

  test('are not printed of ten files or fewer', () => {
    expect(slowestFiles(resultsOf(10))).toEqual([]);
  });
});
