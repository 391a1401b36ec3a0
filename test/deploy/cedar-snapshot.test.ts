import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSnapshot, encodeSnapshot } from '../../deploy/bundle/cedar-snapshot.ts';
import { copyWasm, snapshotFile, verifyCedarSnapshot, writeCedarSnapshot } from '../../deploy/optimize.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import { policySetFile, readPolicySources } from '../../src/policy/load.ts';
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

  /** A copy of the package, changed. */
  const verifyChanged = async (change: (copy: string) => void | Promise<void>): Promise<string> => {
    const copy = mkdtempSync(join(tmpdir(), 'snapshot-'));
    try {
      cpSync(dist, copy, { recursive: true });
      await change(copy);
      return await verifyCedarSnapshot(copy, shipped, hash);
    } finally {
      rmSync(copy, { recursive: true });
    }
  };

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
