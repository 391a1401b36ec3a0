import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaChanges } from '../../tools/schema-changes.ts';

const released = 'type Query { name: String age: Int }';
const withoutAge = 'type Query { name: String }';

let root: string;

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'schema-'))));
afterEach(() => rmSync(root, { recursive: true }));

function write(schema: string, version = '1.2.0'): void {
  writeFileSync(join(root, 'schema.graphql'), schema);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ version }));
}

/** Leaves the baseline of a release. */
function release(version: string, schema = released): void {
  const folder = join(root, 'test', 'baseline', version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'schema.graphql'), schema);
}

test('finds no release where there is no baseline', async () => {
  write(released);
  expect(await schemaChanges(root)).toEqual({ release: null, breaking: [], permitted: true });
});

test('reports a removed field as breaking', async () => {
  release('1.2.0');
  write(withoutAge);
  const breaking = ["Field 'age' was removed from object type 'Query'"];
  expect(await schemaChanges(root)).toEqual({ release: '1.2.0', breaking, permitted: false });
});

test('does not report an added field', async () => {
  release('1.2.0', withoutAge);
  write(released);
  expect(await schemaChanges(root)).toEqual({ release: '1.2.0', breaking: [], permitted: false });
});

test('compares with the highest version, not with the last one by name', async () => {
  release('1.9.0');
  release('1.10.0', withoutAge);
  write(withoutAge);
  expect(await schemaChanges(root)).toMatchObject({ release: '1.10.0', breaking: [] });
});

test.each([
  ['1.2.0', '1.3.0', false],
  ['1.2.0', '2.0.0', true],
  ['0.2.0', '0.2.1', false],
  ['0.2.0', '0.3.0', true],
  ['0.2.0', '1.0.0', true],
  ['0.9.0', '0.9.0-rc.1', false],
])('after %s, version %s permits breaking changes: %s', async (last, version, permitted) => {
  release(last);
  write(withoutAge, version);
  expect(await schemaChanges(root)).toMatchObject({ permitted });
});
