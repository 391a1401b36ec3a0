// Quick test: test/policy-versions/compiled-in-force.test.ts.
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import { makeCedar } from '../../src/policy/cedar/instance.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { policyOf } from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { packPolicies, verificationHash } from '../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import { loadVersion } from '../../src/policy-versions/verify.ts';
import { alice, context, create } from '../support/policy-sample.ts';
import { shippedVersion, versionOf } from '../support/policy-versions.ts';

/** Two cases, which take less time than all. */
const files = shippedVersion({
  cases: Object.fromEntries(
    Object.entries(shippedVersion().cases).filter(([file]) => /owner-(creates|deletes)/.test(file)),
  ),
});
const otherInventory = files.inventory.replace('"Europe/Berlin"', '"UTC"').replace('"payments-*"', '"billing-*"');

/** The policy of a package with these files, and how many decisions its own Cedar instance has made. */
function packagedWith(verification: string | null) {
  const decided = { count: 0 };
  const host = makeCedarHost(() => {
    const { cedar } = makeCedar();
    return {
      ...cedar,
      statefulIsAuthorized: (call) => {
        decided.count += 1;
        return cedar.statefulIsAuthorized(call);
      },
    };
  });
  const engine = makeEngine(compilePolicies(files), host);
  const parts = { engine, inventory: parseInventory(files.inventory), texts: () => files.policies };
  return { policy: policyOf(parts, { host, verification }), decided };
}

/** Whether the instance of the package decides by a version with these changes, which is loaded as one after it. */
function isDecidedByThePackage(changes: Partial<PolicyFiles>, verification: string | null = verificationHash(files)) {
  const { policy, decided } = packagedWith(verification);
  const changed = { ...files, ...changes };
  const loaded = loadVersion(versionOf(1, changed), packPolicies(changed), [policy]);
  expect(loaded.inventory).toEqual(parseInventory(changed.inventory));
  expect(loaded.authorize(context(alice), create())).toMatchObject({
    allowed: true,
    inventoryHash: loaded.inventory.hash,
  });
  return decided.count > 0;
}

test('a version with the policies and cases of the package, and another inventory, is decided by what the package has compiled', () => {
  expect(isDecidedByThePackage({ inventory: otherInventory })).toBe(true);
});

test.each<[string, Partial<PolicyFiles>]>([
  ['policies', { policies: { ...files.policies, 'other.cedar': '// other' } }],
  ['schema', { schema: `${files.schema}\n// other` }],
  ['cases', { cases: Object.fromEntries(Object.entries(files.cases).slice(1)) }],
  ['required policies', { required: '["owners-create", "system-change-in-production"]' }],
  ['inventory of the cases', { caseInventory: `${files.caseInventory}\n` }],
])('a version with other %s is compiled and verified on its own', (_, changes) => {
  expect(isDecidedByThePackage({ ...changes, inventory: otherInventory })).toBe(false);
});

test('a version is compiled and verified where the package does not say what it has verified', () => {
  expect(isDecidedByThePackage({ inventory: otherInventory }, null)).toBe(false);
});

test('a version with the policies of the package and an invalid inventory is refused', () => {
  const { policy } = packagedWith(verificationHash(files));
  const changed = { ...files, inventory: files.inventory.replace('"owners"', '"owner"') };
  expect(() => loadVersion(versionOf(1, changed), packPolicies(changed), [policy])).toThrow(
    /"owner" is not a known field/,
  );
});

test('a version is refused if it has other hashes than it says, also with the policies of the package', () => {
  const { policy } = packagedWith(verificationHash(files));
  const packed = packPolicies({ ...files, inventory: otherInventory });
  expect(() => loadVersion(versionOf(1, files, { versionHash: packed.hash }), packed, [policy])).toThrow(
    /The inventory have the hash/,
  );
});

test('a version that was verified is what the next one with the same policies and cases is decided by', () => {
  const first = { ...files, policies: { ...files.policies, 'other.cedar': '// other' } };
  const live = loadVersion(versionOf(1, first), packPolicies(first), []);
  const next = { ...first, inventory: otherInventory };
  const inventories: string[] = [];
  const watched: LoadedPolicy = {
    ...live,
    withInventory: (inventory) => {
      inventories.push(inventory.hash);
      return live.withInventory(inventory);
    },
  };
  const loaded = loadVersion(versionOf(2, next), packPolicies(next), [watched]);
  expect(inventories).toEqual([loaded.inventory.hash]);
});
