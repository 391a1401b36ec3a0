import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAwsCli } from './find-aws-cli.ts';

let folders: string[] = [];

afterEach(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  folders = [];
});

/** A folder with an `aws` of the given version. */
function folderWith(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  folders.push(folder);
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\necho 'aws-cli/${version} Python/3.13.5'\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  return folder;
}

test('finds version 2 behind a version 1 that is earlier on the path', () => {
  const [first, second] = [folderWith('1.45.11'), folderWith('2.23.6')];
  expect(findAwsCli(`${first}:${second}`, [])).toBe(join(second, 'aws'));
});

test('finds version 2 in a usual folder that is not on the path', () => {
  const [first, second] = [folderWith('1.45.11'), folderWith('2.23.6')];
  expect(findAwsCli(first, [second])).toBe(join(second, 'aws'));
});

test('finds none where there is only version 1', () => {
  expect(findAwsCli(folderWith('1.45.11'), [])).toBeNull();
});
