// No quick test: it needs a build or a package.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSnapshotSize, memoryBudget, snapshotBudget } from '../../deploy/bundle-rules.ts';
import { decodeSnapshot, encodeSnapshot } from '../../src/policy/cedar/snapshot.ts';
import { copyWasm, snapshotFile, verifyCedarSnapshot, writeCedarSnapshot } from '../../deploy/optimize.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { policySetFile, readPolicySources } from '../../src/policy/load.ts';
import { folderOfTeams } from '../policy/many-teams.ts';
import { shipped } from '../support/policy-sample.ts';

describe("the snapshot of Cedar's memory", () => {
  let dist: string;
  let hash: string;

  beforeAll(async () => {
    dist = mkdtempSync(join(tmpdir(), 'snapshot-'));
    mkdirSync(join(dist, 'policies'));
    await copyWasm(dist);
    write(join(dist, 'policies'), compilePolicies(readPolicySources(shipped)));
    hash = await writeCedarSnapshot(dist, shipped);
  });

  afterAll(() => rmSync(dist, { recursive: true }));

  const write = (folder: string, policySet: object) =>
    writeFileSync(join(folder, policySetFile), JSON.stringify(policySet));

  /** A copy of the package, changed, decides the cases of a folder: with the hash of its snapshot if the change returns it. */
  const verifyChanged = async (change: (copy: string) => unknown, cases = shipped): Promise<string> => {
    const copy = mkdtempSync(join(tmpdir(), 'snapshot-'));
    try {
      cpSync(dist, copy, { recursive: true });
      const changed = await change(copy);
      return await verifyCedarSnapshot(copy, cases, typeof changed === 'string' ? changed : hash);
    } finally {
      rmSync(copy, { recursive: true });
    }
  };

  test("the snapshot of Cedar's memory does not grow with policies about single namespaces: each is parsed when it is needed", async () => {
    const teams = 100;
    const sources = folderOfTeams(teams, 0);
    const summary = await verifyChanged(async (copy) => {
      write(join(copy, 'policies'), compilePolicies(readPolicySources(sources)));
      const changed = await writeCedarSnapshot(copy, sources);
      expect(statSync(join(copy, snapshotFile)).size).toBeLessThan(statSync(join(dist, snapshotFile)).size * 1.02);
      return changed;
    }, sources);
    rmSync(sources, { recursive: true });
    expect(summary).toBe(`${readCases(shipped).length + teams} cases, 0 failures, ${teams} parsed`);
  });

  test("a snapshot of Cedar's memory, or a memory, beyond its budget fails the build, with the largest policies", () => {
    const large = [0, 1, 2].map(
      (index) =>
        `@id("large-${index}") permit (principal, action, resource) when { [${'"x", '.repeat(300)}"${index}"].contains("y") };`,
    );
    const sources = readPolicySources(shipped);
    const policySet = compilePolicies({
      ...sources,
      policies: { ...sources.policies, 'large.cedar': large.join('\n') },
    });
    const within = { bytes: snapshotBudget, memoryLength: memoryBudget };
    const largest = 'more than its budget .* 34 policies .* the largest are (large-\\d, ){3}';
    expect(() => checkSnapshotSize(within, policySet)).not.toThrow();
    expect(() => checkSnapshotSize({ ...within, bytes: snapshotBudget + 1 }, policySet)).toThrow(
      new RegExp(`^cedar-snapshot.bin has 8000001 bytes, ${largest}`),
    );
    expect(() => checkSnapshotSize({ ...within, memoryLength: memoryBudget + 65_536 }, policySet)).toThrow(
      new RegExp(`^Cedar's memory after a start has ${memoryBudget + 65_536} bytes, ${largest}`),
    );
  });

  test('decides every shipped case without parsing', async () => {
    expect(await verifyCedarSnapshot(dist, shipped, hash)).toMatch(/^\d{3} cases, 0 failures, 0 parsed$/);
  });

  test("the snapshot of Cedar's memory is not used with another WebAssembly module", async () => {
    const summary = await verifyChanged((copy) => {
      const file = join(copy, snapshotFile);
      const snapshot = decodeSnapshot(readFileSync(file));
      writeFileSync(file, encodeSnapshot({ ...snapshot, wasmHash: 'f'.repeat(64) }));
    });
    expect(summary).toMatch(/^\d{3} cases, 0 failures, [1-9]\d* parsed$/);
  });

  test("the snapshot of Cedar's memory is not used if its memory holds other policies under the same head: they decide nothing", async () => {
    const { policies, ...rest } = compilePolicies(readPolicySources(shipped));
    const never = [{ kind: 'when', body: { Value: false } }];
    const permits = Object.entries(policies).map(
      ([id, policy]) => [id, policy.effect === 'permit' ? policy : { ...policy, conditions: never }] as const,
    );
    const summary = await verifyChanged(async (copy) => {
      const file = join(copy, snapshotFile);
      const reviewed = decodeSnapshot(readFileSync(file));
      // A snapshot whose forbids never apply, under the head of the reviewed one.
      write(join(copy, 'policies'), { ...rest, policies: Object.fromEntries(permits) });
      await expect(writeCedarSnapshot(copy, shipped)).rejects.toThrow('found: allowed');
      const { blocks, memoryLength, tableLength } = decodeSnapshot(readFileSync(file));
      writeFileSync(file, encodeSnapshot({ ...reviewed, blocks, memoryLength, tableLength }));
      write(join(copy, 'policies'), { ...rest, policies });
    });
    expect(summary).toMatch(/^\d{3} cases, 0 failures, [1-9]\d* parsed$/);
  });

  test("the snapshot of Cedar's memory is not used if one byte of it differs", async () => {
    const summary = await verifyChanged((copy) => {
      const content = readFileSync(join(copy, snapshotFile));
      content.writeUInt8(content.readUInt8(content.length - 1) ^ 1, content.length - 1);
      writeFileSync(join(copy, snapshotFile), content);
    });
    expect(summary).toMatch(/^\d{3} cases, 0 failures, [1-9]\d* parsed$/);
  });

  test("the snapshot of Cedar's memory is not used for other policies", async () => {
    const policySet = compilePolicies(readPolicySources(shipped));
    const { 'owners-create': _, ...policies } = policySet.policies;
    const failures = verifyChanged((copy) => write(join(copy, 'policies'), { ...policySet, policies }));
    await expect(failures).rejects.toThrow(/owner-creates.json: expected: allowed by owners-create; found: denied/);
  });

  test("a function starts without the snapshot of Cedar's memory", async () => {
    const summary = await verifyChanged((copy) => rmSync(join(copy, snapshotFile)));
    expect(summary).toMatch(/^\d{3} cases, 0 failures, [1-9]\d* parsed$/);
  });
});
