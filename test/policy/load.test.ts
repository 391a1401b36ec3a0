import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '../../src/policy/load.ts';
import { alice, context, copyOfShipped, create } from '../support/policy-sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
});

afterEach(() => rmSync(folder, { recursive: true }));

test('records the hashes of the folder in decisions', () => {
  const { authorize, inventory, policySetHash } = loadPolicy(folder);
  const decision = authorize(context(alice), create());
  expect(decision).toMatchObject({ allowed: true, policySetHash, inventoryHash: inventory.hash });
});

test('changes each hash with its own files only', () => {
  const hashes = (): readonly string[] => {
    const { policySetHash, inventory } = loadPolicy(folder);
    return [policySetHash, inventory.hash];
  };
  const [policies, inventory] = hashes();
  expect(hashes()).toEqual([policies, inventory]);

  appendFileSync(join(folder, 'inventory.json'), '\n');
  const [samePolicies, otherInventory] = hashes();
  expect(samePolicies).toBe(policies);
  expect(otherInventory).not.toBe(inventory);

  for (const file of ['access.cedar', 'schema.cedarschema']) {
    const [before] = hashes();
    appendFileSync(join(folder, file), '\n');
    const [after, sameInventory] = hashes();
    expect(after).not.toBe(before);
    expect(sameInventory).toBe(otherInventory);
  }
});

test('loads every *.cedar file, and rejects a folder without one', () => {
  writeFileSync(join(folder, 'own.cedar'), '@id("own") permit (principal, action, resource);');
  expect(loadPolicy(folder).authorize(context(alice), create()).policyIds).toEqual(['own', 'owners-create']);
  for (const file of ['own', 'access', 'guardrails']) rmSync(join(folder, `${file}.cedar`));
  expect(() => loadPolicy(folder)).toThrow('has no *.cedar file');
});

test('reports evaluation failures', () => {
  const failures: string[] = [];
  const { authorize } = loadPolicy(folder, (detail) => failures.push(detail));
  expect(authorize(context(alice), create({ roleArn: 'nonsense' })).failed).toBe(true);
  expect(failures).toEqual([expect.stringContaining('not an IAM role ARN: nonsense')]);
});
