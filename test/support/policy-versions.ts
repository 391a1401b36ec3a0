import { randomUUID } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../src/ledger/dynamodb/tables.ts';
import { readCaseFiles } from '../../src/cases/case-files.ts';
import { policySetHash } from '../../src/policy/policies/compile.ts';
import { inventoryHash } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources, readRequiredText } from '../../src/policy/load.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import type { PolicyVersion } from '../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../src/policy-versions/store.ts';
import { policyTableDefinition } from '../../packages/local-gateway/src/policy-table.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import type { PackedPolicies, PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import { dynamoDbClient } from './ledgers.ts';
import { shipped } from './policy-sample.ts';

/** A version of the shipped policies and inventory, with changes. */
export function shippedVersion(changes: Partial<PolicyFiles> = {}): PolicyFiles {
  const inventory = readInventoryText(shipped);
  return {
    ...readPolicySources(shipped),
    required: readRequiredText(shipped),
    cases: readCaseFiles(shipped),
    caseInventory: inventory,
    inventory,
    ...changes,
  };
}

/** The shipped policies with these texts in place of those of some files, and without cases, as most would fail. */
export function versionWith(policies: Readonly<Record<string, string>>, inventory?: string): PolicyFiles {
  const whole = shippedVersion({ cases: {}, required: '["role-by-convention", "system-change-in-production"]' });
  return { ...whole, policies: { ...whole.policies, ...policies }, ...(inventory === undefined ? {} : { inventory }) };
}

const packedVersions = new Map<string, PackedPolicies>();

/** As `packPolicies`, once for each content: most of the time of these tests would be its compression. */
function packed(files: PolicyFiles): PackedPolicies {
  const content = JSON.stringify(files);
  const known = packedVersions.get(content) ?? packPolicies(files);
  packedVersions.set(content, known);
  return known;
}

/** A policy version with these files. */
export function versionOf(number: number, files: PolicyFiles, fields: Partial<PolicyVersion> = {}): PolicyVersion {
  return {
    number,
    versionHash: fields.versionHash ?? packed(files).hash,
    policySetHash: policySetHash(files),
    inventoryHash: inventoryHash(files.inventory),
    publishedAt: '2026-11-26T12:00:00.000Z',
    publishedBy: 'arn:aws:sts::111122223333:assumed-role/publisher/alice',
    reason: 'A test.',
    rollbackTo: null,
    ...fields,
  };
}

/** Stores a version and makes it live, without verifying it. */
export async function publish(
  store: PolicyStore,
  number: number,
  files: PolicyFiles,
  fields: Partial<PolicyVersion> = {},
): Promise<PolicyVersion> {
  const version = versionOf(number, files, fields);
  await store.putPolicies(packed(files));
  if (!(await store.putVersion(version))) throw new Error(`Version ${number} exists.`);
  return version;
}

/** A new table of policies, with a unique name. `close` deletes it. */
export async function openPolicyTable() {
  const table = `policies-${randomUUID()}`;
  const client = dynamoDbClient();
  await createTable(client, policyTableDefinition(table));
  const close = async () => {
    await client.send(new DeleteTableCommand({ TableName: table }));
    client.destroy();
  };
  return { client, table, store: makeDynamoDbStore(client, table), close };
}
