import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaChanges } from '../../tools/schema-changes.ts';

const released = 'type Query { name: String age: Int }';
const withoutAge = 'type Query { name: String }';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'schema-'));
  git(root, 'init', '--quiet');
});

afterEach(() => rmSync(root, { recursive: true }));

function git(folder: string, ...args: string[]): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...author, ...args], { cwd: folder, stdio: 'ignore' });
}

function write(schema: string, { version = '1.2.0', changelog = '## [Unreleased]\n' } = {}): void {
  writeFileSync(join(root, 'schema.graphql'), schema);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(root, 'CHANGELOG.md'), changelog);
}

function release(tag: string, schema = released): void {
  write(schema, { changelog: `## [Unreleased]\n\n## [${tag.slice(1)}] - 2026-01-01\n` });
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '--no-gpg-sign', '-m', tag);
  git(root, 'tag', '--no-sign', tag);
}

test('finds no release where there is neither a tag nor a version in the changelog', async () => {
  write(released);
  expect(await schemaChanges(root)).toEqual({ release: null, breaking: [], permitted: true });
});

test('reports a removed field as breaking', async () => {
  release('v1.2.0');
  write(withoutAge);
  const breaking = ["Field 'age' was removed from object type 'Query'"];
  expect(await schemaChanges(root)).toEqual({ release: 'v1.2.0', breaking, permitted: false });
});

test('does not report an added field', async () => {
  release('v1.2.0', withoutAge);
  write(released);
  expect(await schemaChanges(root)).toEqual({ release: 'v1.2.0', breaking: [], permitted: false });
});

test('compares with the highest version, not with the last tag by name', async () => {
  release('v1.9.0');
  release('v1.10.0', withoutAge);
  write(withoutAge);
  expect(await schemaChanges(root)).toMatchObject({ release: 'v1.10.0', breaking: [] });
});

test.each([
  ['v1.2.0', '1.3.0', false],
  ['v1.2.0', '2.0.0', true],
  ['v0.2.0', '0.2.1', false],
  ['v0.2.0', '0.3.0', true],
  ['v0.2.0', '1.0.0', true],
])('after %s, version %s permits breaking changes: %s', async (tag, version, permitted) => {
  release(tag);
  write(withoutAge, { version });
  expect(await schemaChanges(root)).toMatchObject({ permitted });
});

describe('in a shallow clone, which has no tags', () => {
  let origin: string;

  beforeEach(() => {
    release('v1.2.0');
    write(withoutAge, { changelog: '## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n' });
    git(root, 'commit', '--quiet', '--no-gpg-sign', '-am', 'Remove the age');
    origin = root;
    root = mkdtempSync(join(tmpdir(), 'schema-'));
    git(root, 'clone', '--quiet', '--depth=1', '--no-tags', `file://${origin}`, '.');
  });

  afterEach(() => rmSync(origin, { recursive: true, force: true }));

  test('fetches the tag of the last version in the changelog', async () => {
    expect(await schemaChanges(root)).toMatchObject({ release: 'v1.2.0', breaking: [expect.any(String)] });
  });

  test('fails where that tag cannot be fetched', async () => {
    rmSync(origin, { recursive: true });
    await expect(schemaChanges(root)).rejects.toThrow('CHANGELOG.md names version 1.2.0, but there is no tag v1.2.0');
  });
});
