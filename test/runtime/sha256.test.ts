import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Sha256 } from '../../src/runtime/sha256.ts';

const data = randomBytes(6_000);
const digestOf = (checksum: Sha256, ...parts: readonly Uint8Array[]) => {
  for (const part of parts) checksum.update(part);
  return checksum.digest();
};

test.each([
  ['nothing', []],
  ['one part', [data]],
  ['several parts', [data.subarray(0, 10), data.subarray(10)]],
])('hashes %s as Node.js does', async (_what, parts) => {
  expect(await digestOf(new Sha256(), ...parts)).toEqual(createHash('sha256').update(Buffer.concat(parts)).digest());
});

const key = randomBytes(32);

test.each([
  ['a text', 'secret', 'secret'],
  ['bytes', key, key],
  ['a part of a buffer', new Uint8Array(key.buffer, key.byteOffset + 4, 8), key.subarray(4, 12)],
  ['a buffer', new Uint8Array(key).buffer, key],
])('signs with %s as Node.js does, once and again', async (_what, secret, expected) => {
  for (const part of [data, data.subarray(7)])
    expect(await digestOf(new Sha256(secret), part)).toEqual(createHmac('sha256', expected).update(part).digest());
});

test('begins again after a reset', async () => {
  const checksum = new Sha256();
  checksum.update(data);
  checksum.reset();
  expect(await digestOf(checksum, key)).toEqual(createHash('sha256').update(key).digest());
});
