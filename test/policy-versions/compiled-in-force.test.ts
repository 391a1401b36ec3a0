import { brotliCompressSync } from 'node:zlib';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { compileVersion } from '../../src/policy-versions/compile-version.ts';
import type { CompiledStore } from '../../src/policy-versions/compiled-store.ts';
import { compiledKey } from '../../src/policy-versions/compiled-version.ts';
import { packPolicies, unpackPolicies } from '../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import type { PolicyStore } from '../../src/policy-versions/store.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { memoryCompiledStore } from './memory-store.ts';
import { openGateway } from '../support/gateway.ts';
import { onCreate } from '../support/policy-sample.ts';
import { shippedVersion, versionOf, versionWith } from '../support/policy-versions.ts';

const frozen = versionWith({ 'freeze.cedar': `@id("freeze") @message("Frozen.") @advice("Wait.") ${onCreate};` });
const other = versionWith({ 'other.cedar': '// permits what the shipped policies do' });
const compilerHash = 'compiler';

/** What a gateway answers to alice's create while this version is in force, and what it read and logged. */
async function createUnder(files: PolicyFiles, compiled: CompiledStore) {
  let reads = 0;
  const refuse = () => Promise.reject(new Error('The gateway writes no versions.'));
  const store: PolicyStore = {
    versions: () => Promise.resolve([{ number: 3, version: versionOf(3, files) }]),
    getVersion: () => Promise.resolve(versionOf(3, files)),
    getPolicies: () => {
      reads += 1;
      return Promise.resolve(packPolicies(files));
    },
    putPolicies: refuse,
    putVersion: refuse,
    close: () => undefined,
  };
  const settings = { refreshMs: 30_000, maxAgeMs: 300_000 };
  const gateway = await openGateway({
    ledger: makeSqliteLedger({ file: ':memory:' }),
    versions: { store, compiled: { store: compiled, compilerHash }, settings },
  });
  try {
    const { status, refusal } = await gateway.create();
    const warnings = gateway.logged.filter(({ level }) => level === 'warn' || level === 'error');
    return { status, policies: (refusal?.violations ?? []).map(({ policyId }) => policyId), reads, warnings };
  } finally {
    await gateway.close();
  }
}

const keyOf = (files: PolicyFiles, compiler = compilerHash) => compiledKey(versionOf(3, files), compiler);

/** A store with this content under this key. */
function storeWith(key: string, content: Uint8Array): CompiledStore {
  const store = memoryCompiledStore();
  store.contents.set(key, content);
  return store;
}

const frozenContent = compileVersion(versionOf(1, frozen), packPolicies(frozen));
const otherContent = compileVersion(versionOf(1, other), packPolicies(other));

test('a compiled version is in force without a read of its text', async () => {
  expect(await createUnder(frozen, storeWith(keyOf(frozen), frozenContent))).toEqual({
    ...{ status: 'REFUSED', policies: ['freeze'] },
    ...{ reads: 0, warnings: [] },
  });
  expect(await createUnder(other, storeWith(keyOf(other), otherContent))).toMatchObject({
    status: 'SUCCEEDED',
    reads: 0,
  });
});

test.each<[string, CompiledStore]>([
  ['is not stored yet', memoryCompiledStore()],
  ['was compiled by another package', storeWith(keyOf(frozen, 'another'), otherContent)],
])('a version that %s is verified by the process itself', async (_, store) => {
  expect(await createUnder(frozen, store)).toEqual({ status: 'REFUSED', policies: ['freeze'], reads: 1, warnings: [] });
});

test.each<[string, CompiledStore, RegExp]>([
  ['that of another version', storeWith(keyOf(frozen), otherContent), /The policies have the hash/],
  ['cut off', storeWith(keyOf(frozen), frozenContent.subarray(0, 1_000)), /./],
  [
    'out of reach',
    { ...memoryCompiledStore(), get: () => Promise.reject(new LedgerUnavailable(new Error('The table is away.'))) },
    /./,
  ],
])(
  'a compiled version that is %s is reported and not used: the process verifies the text',
  async (_, store, reason) => {
    expect(await createUnder(frozen, store)).toEqual({
      ...{ status: 'REFUSED', policies: ['freeze'], reads: 1 },
      warnings: [
        {
          level: 'warn',
          message: 'Compiled policy version not used.',
          fields: { policyVersion: 3, reason: expect.stringMatching(reason) as string },
        },
      ],
    });
  },
);

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
