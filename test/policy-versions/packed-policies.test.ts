import { createHash } from 'node:crypto';
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

test('an inventory of 10,000 namespaces fits, and what does not fit is rejected', () => {
  /** Names that can't be compressed well: real ones repeat words. */
  const name = (index: number, length: number) =>
    createHash('sha256').update(`${index}`).digest('hex').slice(0, length);
  const inventoryOf = (count: number, length: number) => {
    const namespaces = Array.from({ length: count }, (_, index) => ({
      name: name(index, length),
      owners: [name(index + 1, length)],
    }));
    return shippedVersion({ inventory: JSON.stringify({ namespaces }) });
  };
  expect(packPolicies(inventoryOf(10_000, 16)).content.length).toBeLessThan(150_000);
  expect(() => packPolicies(inventoryOf(14_000, 60))).toThrow(/a version has at most 16000000, 390000 compressed/);
});
