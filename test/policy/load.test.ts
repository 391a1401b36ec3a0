import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../packages/operator/src/policies/check.ts';
import { loadPolicy, readPolicySet } from '../../src/policy/load.ts';
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
  for (const file of ['own', 'access', 'guardrails', 'approvals']) rmSync(join(folder, `${file}.cedar`));
  expect(() => loadPolicy(folder)).toThrow('has no *.cedar file');
});

describe('a required policy that is missing is named, and nothing is loaded', () => {
  const guardrails = 'role-in-cluster-account, role-by-convention, target-role-for-pods, no-aws-managed-roles';

  test.each<[string, () => void]>([
    ['without guardrails.cedar', () => rmSync(join(folder, 'guardrails.cedar'))],
    ['with an empty guardrails.cedar', () => writeFileSync(join(folder, 'guardrails.cedar'), '')],
    ['with all guardrails in a comment', () => writeFileSync(join(folder, 'guardrails.cedar'), '// forbid (…);')],
    [
      'with another extension',
      () => renameSync(join(folder, 'guardrails.cedar'), join(folder, 'guardrails.cedar.bak')),
    ],
  ])('%s', (_what, change) => {
    change();
    expect(() => loadPolicy(folder)).toThrow(`lacks policies that required-policies.json lists: ${guardrails}, `);
    expect(() => checkPolicies(folder)).toThrow('Restore them, or remove from the list');
  });

  test.each([
    ['[]', 'required-policies.json is not valid:\n- the file: is empty; list the @ids'],
    ['{}', 'the file: {} is not valid; write a list'],
    ['[1]', '0: 1 is not valid; write the @id of a policy'],
  ])('with the list %s, which is not valid', (text, message) => {
    writeFileSync(join(folder, 'required-policies.json'), text);
    expect(() => loadPolicy(folder)).toThrow(message);
  });

  test('without the list', () => {
    rmSync(join(folder, 'required-policies.json'));
    expect(() => loadPolicy(folder)).toThrow(/ENOENT.*required-policies.json/);
  });
});

test('every shipped policy is required', () => {
  const required = JSON.parse(readFileSync(join(folder, 'required-policies.json'), 'utf8')) as string[];
  expect(required.toSorted()).toEqual(Object.keys(readPolicySet(folder).policies).sort());
});

test('reports evaluation failures', () => {
  const failures: string[] = [];
  const { authorize } = loadPolicy(folder, (detail) => failures.push(detail));
  expect(authorize(context(alice), create({ roleArn: 'nonsense' })).failed).toBe(true);
  expect(failures).toEqual([expect.stringContaining('not an IAM role ARN: nonsense')]);
});
