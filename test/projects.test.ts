import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import config from '../jest.config.js';

const root = join(import.meta.dirname, '..');
const files = globSync('{test,packages/*/test,examples/*/test}/**/*.test.ts', { cwd: root });
const [ordinary = [], packaging = []] = config.projects.map((project) => {
  const ignored = 'testPathIgnorePatterns' in project ? project.testPathIgnorePatterns : [];
  const patterns = ignored.map((pattern) => new RegExp(pattern.replace('<rootDir>', root)));
  return files.filter((file) => !patterns.some((pattern) => pattern.test(join(root, file))));
});

/** Test files of `npm test` that start a program which ends in a moment: a shell, openssl, Node.js with one line. */
const quick = [
  'packages/command/test/http.test.ts',
  'packages/command/test/run.test.ts',
  'packages/eks-simulator/test/state-lock.test.ts',
  'packages/local-gateway/test/http-api/close.test.ts',
];

/** What a test file imports that starts programs. */
const starter =
  /from '(node:child_process|.*\/(server-process|lambda-package|installed-package|identity-provider|login-gateway|oracle)\.ts)'/;

test('npm test starts no programs but those that end in a moment; others belong to the project "packaging"', () => {
  const starting = ordinary.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return starter.test(text);
  });
  expect(starting.sort()).toEqual(quick);
});

test('each test file belongs to one project', () => {
  const reliability = files.filter((file) => file.startsWith('test/reliability/'));
  expect([...ordinary, ...packaging, ...reliability].sort()).toEqual(files.sort());
});
