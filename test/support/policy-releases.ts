import { randomUUID } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../src/ledger/tables.ts';
import { readCaseFiles } from '../../src/cases/cases.ts';
import { policySetHash } from '../../src/policy/compile.ts';
import { inventoryHash } from '../../src/policy/inventory.ts';
import { readInventoryText, readPolicySources, readRequiredText } from '../../src/policy/load.ts';
import { createDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import type { Release } from '../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../src/policy-versions/store.ts';
import { policyTableDefinition } from '../../packages/local-gateway/src/policy-table.ts';
import { packVersion } from '../../src/policy-versions/packed-policies.ts';
import type { PackedVersion, PolicyVersion } from '../../src/policy-versions/packed-policies.ts';
import { dynamoDbClient } from './ledgers.ts';
import { shipped } from './policy-sample.ts';

/** A version of the shipped policies and inventory, with changes. */
export function shippedVersion(changes: Partial<PolicyVersion> = {}): PolicyVersion {
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
export function versionWith(policies: Readonly<Record<string, string>>, inventory?: string): PolicyVersion {
  const whole = shippedVersion({ cases: {}, required: '["role-by-convention"]' });
  return { ...whole, policies: { ...whole.policies, ...policies }, ...(inventory === undefined ? {} : { inventory }) };
}

const packedVersions = new Map<string, PackedVersion>();

/** As `packVersion`, once for each content: most of the time of these tests would be its compression. */
function packed(version: PolicyVersion): PackedVersion {
  const content = JSON.stringify(version);
  const known = packedVersions.get(content) ?? packVersion(version);
  packedVersions.set(content, known);
  return known;
}

/** A release of a version. */
export function releaseOf(number: number, version: PolicyVersion, fields: Partial<Release> = {}): Release {
  return {
    number,
    versionHash: fields.versionHash ?? packed(version).hash,
    policySetHash: policySetHash(version),
    inventoryHash: inventoryHash(version.inventory),
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
  version: PolicyVersion,
  fields: Partial<Release> = {},
): Promise<Release> {
  const release = releaseOf(number, version, fields);
  await store.putVersion(packed(version));
  if (!(await store.putRelease(release))) throw new Error(`Release ${number} exists.`);
  return release;
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
  return { client, table, store: createDynamoDbStore(client, table), close };
}
