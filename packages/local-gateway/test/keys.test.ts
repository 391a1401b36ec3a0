import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningKey } from '../src/keys.ts';

let parent: string;
let folder: string;
let file: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'keys-'));
  folder = join(parent, 'deep', '.local');
  file = join(folder, 'signing-key.json');
});

afterEach(() => rm(parent, { recursive: true }));

test('creates a key that only its owner may read, and finds it again', async () => {
  const made = await loadSigningKey(folder);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).toEqual(['signing-key.json']);
  const found = await loadSigningKey(folder);
  expect(found.kid).toBe(made.kid);
  expect(found.privateKey.equals(made.privateKey)).toBe(true);
});

test('the public keys contain no private part', async () => {
  const { kid, publicKeys } = await loadSigningKey(folder);
  const [publicKey, ...others] = publicKeys.keys;
  expect(others).toEqual([]);
  expect(publicKey).toEqual({ kty: 'RSA', n: expect.any(String), e: 'AQAB', kid, alg: 'RS256', use: 'sig' });
});

test('twenty processes that start at the same time get the same key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadSigningKey(folder)));
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  expect(await readdir(folder)).toEqual(['signing-key.json']);
});

describe('a file without a usable key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

  test.each<[string, string]>([
    ['nothing', ''],
    ['half a file', JSON.stringify(rsa).slice(0, 700)],
    ['a list', '[]'],
    ['null', 'null'],
    ['a public key', JSON.stringify({ kty: rsa.kty, n: rsa.n, e: rsa.e })],
    ['parts of two keys', JSON.stringify({ ...rsa, n: otherRsa.n })],
    ['a key of another kind', JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))],
    [
      'a key that is too short',
      JSON.stringify(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' })),
    ],
  ])('(%s) is named in an error that says what to do, and is not changed', async (_, content) => {
    await mkdir(folder, { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
    const loading = loadSigningKey(folder);
    await expect(loading).rejects.toMatchObject({ code: 'SIGNING_KEY_UNUSABLE' });
    await expect(loading).rejects.toThrow(`${file} is not an RSA private key`);
    await expect(loading).rejects.toThrow('Delete this file');
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});

test(`rejects a folder that can't be created, and names it`, async () => {
  await writeFile(join(parent, 'deep'), '');
  await expect(loadSigningKey(folder)).rejects.toThrow(join(parent, 'deep'));
});
