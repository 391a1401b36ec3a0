// No quick test: it is about programs or packages as they run.
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readPackages, releaseProblems } from '../../tools/release-checks.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const [project] = readPackages(root);
const version = project?.version ?? '';

test('project, packages, their dependencies on each other, lock file and docs have one version', () => {
  expect(readPackages(root).length).toBeGreaterThan(5);
  expect(releaseProblems(root, null).filter((problem) => !problem.startsWith('The baseline'))).toEqual([]);
});

describe('a release', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'release-'));
    const files = ['package.json', 'package-lock.json', 'CHANGELOG.md', 'schema.graphql', 'docs/command.md'];
    const baseline = globSync('test/baseline/*/{manifest.json,gateway.cjs}', { cwd: root });
    for (const file of [...files, ...globSync('{packages,examples}/*/package.json', { cwd: root }), ...baseline]) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(root, file), join(copy, file));
    }
    for (const file of globSync('test/baseline/*', { cwd: root }))
      cpSync(join(root, 'schema.graphql'), join(copy, file, 'schema.graphql'));
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
  const release = version.split('-')[0] ?? '';

  test('has no problem, with the tag of its version', () => {
    expect(releaseProblems(copy, `v${version}`)).toEqual([]);
  });

  test.each([
    ['another tag', 'package.json', (text: string) => text, 'v9.9.9', `The tag is v9.9.9, and the version ${version}`],
    [
      'a package of another version',
      'packages/client/package.json',
      (text: string) => text.replace(version, '9.9.9'),
      null,
      'pod-identity-client has the version 9.9.9',
    ],
    [
      'a dependency on another version',
      'examples/slack-bot/package.json',
      (text: string) => text.replace(`"pod-identity-client": "${version}"`, '"pod-identity-client": "9.9.9"'),
      null,
      'pod-identity-slack-bot depends on pod-identity-client 9.9.9',
    ],
    [
      'another version in the lock file',
      'package-lock.json',
      (text: string) =>
        text.replaceAll(new RegExp(`(?<="name": "pod-identity-gateway",\\s*"version": ")[^"]+`, 'g'), '9.9.9'),
      null,
      'package-lock.json has 9.9.9 for ""',
    ],
    [
      'docs with another version',
      'docs/command.md',
      (text: string) => text.replace(`-${version}.tgz`, '-9.9.9.tgz'),
      null,
      'docs/command.md names pod-identity-command',
    ],
    ['no changes in the changelog', 'CHANGELOG.md', () => '# Changelog\n', null, 'CHANGELOG.md has no changes'],
    [
      'another gateway in the baseline',
      `test/baseline/${release}/gateway.cjs`,
      () => 'other',
      null,
      'gateway.cjs is not that of its manifest',
    ],
    [
      'another schema in the baseline',
      `test/baseline/${release}/schema.graphql`,
      () => 'other',
      null,
      'its schema is not that of the release',
    ],
  ])('has a problem with %s', (_, file, change, tag, problem) => {
    edit(file, change);
    expect(releaseProblems(copy, tag)).toEqual([expect.stringContaining(problem)]);
  });

  test('has a problem without a baseline', () => {
    rmSync(join(copy, 'test'), { recursive: true });
    expect(releaseProblems(copy, null)).toEqual([expect.stringContaining(`has no ${release}`)]);
  });
});

test('a dry run makes the packages and says what it would publish, and publishes nothing', async () => {
  const { stdout } = await run(process.execPath, ['tools/release.ts', '--dry-run', '--tag', `v${version}`], {
    cwd: root,
  });
  const lines = stdout.trim().split('\n');
  const names = ['eks-simulator', 'pod-identity-client', 'pod-identity-command', 'pod-identity-gateway-local'];
  expect(lines).toHaveLength(6);
  for (const name of [...names, 'pod-identity-iac'])
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(`^would run: npm publish \\S+/${name}-${version}\\.tgz --provenance .* --tag next$`),
      ),
    );
  expect(lines.at(-1)).toMatch(`would run: gh release create v${version} --verify-tag`);
});

test('nothing is published without a tag, or with another one', async () => {
  for (const [args, problem] of [
    [[], 'Give the tag'],
    [['--tag', 'v9.9.9'], 'The tag is v9.9.9'],
  ] as const)
    await expect(run(process.execPath, ['tools/release.ts', ...args], { cwd: root })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(problem) as string,
    });
});
