// Quick test: test/policy-versions/compiled-in-force.test.ts.
import { loadPolicy } from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { compileVersion, makeCompileRun } from '../../src/policy-versions/compile-version.ts';
import type { CompileDependencies } from '../../src/policy-versions/compile-version.ts';
import {
  compiledKey,
  decodeCompiled,
  restoredEngine,
  loadCompiled,
} from '../../src/policy-versions/compiled-version.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import type { ListedVersion } from '../../src/policy-versions/policy-version.ts';
import { loadVersion } from '../../src/policy-versions/verify.ts';
import { parseCases, runCase, withRolesOf } from '../../src/cases/cases.ts';
import { memoryCompiledStore } from './memory-store.ts';
import { onCreate, shipped } from '../support/policy-sample.ts';
import { shippedVersion, versionOf, versionWith } from '../support/policy-versions.ts';

const packaged = loadPolicy(shipped);

/** A few of the shipped cases, which take less time than all. */
const someCases = Object.fromEntries(
  Object.entries(shippedVersion().cases).filter(([file]) => /owner|default-service-account|role/.test(file)),
);
const freeze = `@id("freeze") @message("Frozen.") @advice("Wait.") ${onCreate};`;
const changed = shippedVersion({
  cases: someCases,
  policies: { ...shippedVersion().policies, 'other.cedar': '// other' },
});
/** With a policy about one namespace, which its cases are about. */
const placed = {
  ...changed,
  policies: {
    ...changed.policies,
    'team.cedar': `@id("team") permit (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
      when { resource.namespace.name == "payments" && resource.serviceAccount == "none" };`,
  },
};
const otherInventory = changed.inventory.replace('"payments-*"', '"billing-*"');
const frozen = versionWith({ 'freeze.cedar': freeze });

/** What a policy decides of the requests of all shipped cases. */
function decisionsOf(policy: LoadedPolicy) {
  return parseCases(shippedVersion().cases).map((one) => withRolesOf(one, policy.authorize)(one.context, one.request));
}

describe('a compiled version', () => {
  test.each([
    ['the shipped policies and a comment', changed],
    ['policies that deny creates', frozen],
    ['policies about a single namespace, and another inventory', { ...placed, cases: {}, inventory: otherInventory }],
  ])('decides as the version does: %s', (_, files: PolicyFiles) => {
    const packed = packPolicies(files);
    const version = versionOf(1, files);
    const verified = loadVersion(version, packed, []);
    const compiled = loadCompiled(version, compileVersion(version, packed), []);
    expect(decisionsOf(compiled)).toEqual(decisionsOf(verified));
    const { inventory, policySetHash, verification } = verified;
    expect(compiled).toMatchObject({ inventory, policySetHash, verification });
    expect(compiled.texts()).toEqual(files.policies);
  });

  test('is decided by what is loaded where that was verified with the same policies and cases', () => {
    const inventories: string[] = [];
    const live = loadVersion(versionOf(1, changed), packPolicies(changed), []);
    const known = {
      ...live,
      withInventory: (other: LoadedPolicy['inventory']) => (inventories.push(other.hash), live),
    };
    const loaded = loadCompiled(versionOf(1, changed), compileVersion(versionOf(1, changed), packPolicies(changed)), [
      known,
    ]);
    expect(loaded).toBe(live);
    expect(inventories).toEqual([live.inventory.hash]);
  });

  test.each<[string, PolicyFiles, RegExp]>([
    ['policies', frozen, /The policies have the hash/],
    ['inventory', { ...changed, inventory: `${changed.inventory}\n` }, /The inventory have the hash/],
  ])('of another version is not used: other %s', (_, other, problem) => {
    const content = compileVersion(versionOf(1, other), packPolicies(other));
    expect(() => loadCompiled(versionOf(1, changed), content, [])).toThrow(problem);
  });

  test('that is cut off, or has a wrong byte, throws', () => {
    const content = Buffer.from(compileVersion(versionOf(1, frozen), packPolicies(frozen)));
    const wrong = Buffer.from(content);
    wrong.writeUInt8(wrong.readUInt8(0) ^ 0xff, 0);
    for (const broken of [content.subarray(0, content.length - 1), wrong, Buffer.alloc(0)]) {
      expect(() => loadCompiled(versionOf(1, frozen), broken, [])).toThrow();
    }
  });

  test.each([
    ['its cases need no policy that is parsed again', changed, 0],
    ['only a policy about a single namespace is parsed when a request is about it', placed, 1],
  ])('has its policies in the memory of Cedar: %s', (_, files, expected) => {
    let parsed = 0;
    const compiled = decodeCompiled(compileVersion(versionOf(1, files), packPolicies(files)));
    const { engine } = restoredEngine(compiled, () => (parsed += 1));
    const cases = parseCases(files.cases);
    expect(cases.length).toBeGreaterThan(10);
    for (const one of cases) runCase(engine, files.caseInventory, one);
    expect(parsed).toBe(expected);
  });
});

/** A run of the compilation over a list of versions, the oldest first. Its clock stands still until `pass`. */
function startRun(versions: readonly PolicyFiles[], compilerHash = 'compiler') {
  const list: ListedVersion[] = [];
  const stored = new Map<string, PolicyFiles>();
  const add = (files: PolicyFiles, isStored = true) => {
    const version = versionOf(list.length, files);
    if (isStored) stored.set(version.versionHash, files);
    list.unshift({ number: list.length, version });
  };
  versions.forEach((files) => add(files));
  const logged: { message: string; fields: Record<string, unknown> }[] = [];
  const compiled = memoryCompiledStore();
  let now = Date.UTC(2026, 10, 28);
  const deps: CompileDependencies = {
    store: {
      versions: (limit) => Promise.resolve(list.slice(0, limit)),
      getPolicies: (hash) => {
        const files = stored.get(hash);
        return Promise.resolve(files === undefined ? null : packPolicies(files));
      },
    },
    compiled,
    packaged,
    compilerHash,
    clock: () => now,
    log: (_, message, fields) => void logged.push({ message, fields }),
  };
  const key = (files: PolicyFiles) => compiledKey(versionOf(0, files), compilerHash);
  const pass = (days: number) => (now += days * 86_400_000);
  return { run: makeCompileRun(deps), add, list, compiled, key, logged, pass };
}

describe('the compilation of policy versions', () => {
  test('stores the version in force once, by its hash and that of the compiler', async () => {
    const { run, compiled, key } = startRun([frozen]);
    const first = await run();
    expect(first).toEqual({ policyVersion: 0, compiledBytes: compiled.contents.get(key(frozen))?.length });
    expect(await run()).toEqual({ policyVersion: 0, compiledBytes: null });
    expect(compiled.puts).toEqual([key(frozen)]);
    expect(key(frozen)).toMatch(/^[0-9a-f]{64}\/compiler$/);
    const loaded = loadCompiled(versionOf(0, frozen), (await compiled.get(key(frozen))) ?? Buffer.alloc(0), []);
    expect(loaded.policySetHash).toBe(versionOf(0, frozen).policySetHash);
  });

  test('has nothing to do without a version, and for the policies of the package', async () => {
    const none = startRun([]);
    expect(await none.run()).toEqual({ policyVersion: null, compiledBytes: null });
    const shippedOnes = startRun([shippedVersion()]);
    expect(await shippedOnes.run()).toEqual({ policyVersion: 0, compiledBytes: null });
    expect([...none.compiled.puts, ...shippedOnes.compiled.puts]).toEqual([]);
  });

  test('takes the newest version that may be put in force, and reports the others once', async () => {
    const failing = {
      ...frozen,
      cases: { 'cases/allow/owner-creates.json': shippedVersion().cases['cases/allow/owner-creates.json'] ?? '' },
    };
    const { run, add, compiled, key, logged } = startRun([frozen, failing]);
    expect(await run()).toMatchObject({ policyVersion: 0 });
    expect(await run()).toMatchObject({ policyVersion: 0 });
    expect(compiled.puts).toEqual([key(frozen)]);
    expect(logged).toEqual([
      {
        message: 'Policy version not compiled.',
        fields: { policyVersion: 1, reason: expect.stringMatching(/^The policies fail their cases/) as string },
      },
    ]);
    add(changed, false);
    expect(await run()).toMatchObject({ policyVersion: 0 });
    add(changed);
    expect(await run()).toMatchObject({ policyVersion: 3 });
    expect(compiled.puts).toEqual([key(frozen), key(changed)]);
    expect(logged).toHaveLength(1);
  });

  test('does not take a version with other hashes than it says', async () => {
    const { run, list, compiled, key, logged } = startRun([frozen]);
    const { versionHash, inventoryHash } = versionOf(1, changed);
    list.unshift({ number: 1, version: versionOf(1, frozen, { policySetHash: versionHash, inventoryHash }) });
    expect(await run()).toMatchObject({ policyVersion: 0 });
    expect(compiled.puts).toEqual([key(frozen)]);
    expect(logged).toMatchObject([
      { fields: { policyVersion: 1, reason: expect.stringMatching(/^The policies have the hash/) as string } },
    ]);
  });

  test('stores the version in force again before it is deleted', async () => {
    const { run, compiled, pass } = startRun([frozen]);
    await run();
    pass(14);
    await run();
    expect(compiled.puts).toHaveLength(1);
    pass(2);
    await run();
    expect(compiled.puts).toHaveLength(2);
  });

  test('skips a version that this package cannot read', async () => {
    const { run, list } = startRun([frozen]);
    list.unshift({ number: 1, version: null });
    expect(await run()).toMatchObject({ policyVersion: 0 });
  });
});
