import { brotliCompressSync } from 'node:zlib';
import { packPolicies, unpackPolicies } from '../../src/policy-versions/packed-policies.ts';
import { shippedVersion } from '../support/policy-versions.ts';

const shipped = packPolicies(shippedVersion());
const otherInventory = packPolicies(shippedVersion({ inventory: '{}' }));

test('policies are unpacked as it was packed', () => {
  expect(unpackPolicies(shipped)).toEqual(shippedVersion());
});

test('equal versions have equal hashes, in whatever order their files were read', () => {
  const { policies } = shippedVersion();
  const reversed = Object.fromEntries(Object.entries(policies).reverse());
  expect(packPolicies(shippedVersion({ policies: reversed })).hash).toBe(shipped.hash);
  expect(otherInventory.hash).not.toBe(shipped.hash);
});

test('a content that is not the one of the hash is rejected', () => {
  expect(() => unpackPolicies({ ...otherInventory, hash: shipped.hash })).toThrow(
    /^The content of the policies \w{64} has the hash \w{64}\.$/,
  );
});

test('a content that is cut off, not compressed or not a version is rejected', () => {
  const { hash, content } = shipped;
  expect(() => unpackPolicies({ hash, content: content.subarray(0, 100) })).toThrow('unexpected end of file');
  expect(() => unpackPolicies({ hash, content: Buffer.from('{}') })).toThrow('Decompression failed');
  const notAVersion = { ...shippedVersion(), more: '' };
  expect(() => unpackPolicies(packPolicies(notAVersion))).toThrow('"more" is not a known field');
});

test('a content that is much larger than a version is not decompressed', () => {
  const content = brotliCompressSync(Buffer.alloc(20_000_000));
  expect(content.length).toBeLessThan(1_000);
  expect(() => unpackPolicies({ hash: '', content })).toThrow('Cannot create a Buffer larger than 16000000 bytes');
});
