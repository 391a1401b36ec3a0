import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { formatVersion } from '../ledger/format.ts';
import type { ListedVersion, PolicyVersion } from './policy-version.ts';
import type { PackedPolicies } from './packed-policies.ts';

/** An item of the table of policies. */
export type Item = Record<string, AttributeValue>;

/**
 * `itemKey` of all versions; `itemNumber` is the number of the version. The stored name is older
 * than the term "policy version".
 */
export const versionsKey = 'release';

/** The key of the policies with this hash. */
export function policiesKey(hash: string): { readonly itemKey: string; readonly itemNumber: number } {
  return { itemKey: `version/${hash}`, itemNumber: 0 };
}

/** The item of packed policies. */
export function policiesItem({ hash, content }: PackedPolicies): Item {
  return marshall({ ...policiesKey(hash), v: formatVersion, content });
}

/** The content of such an item. Throws an Error if this version of the gateway can't read it. */
export function contentOf(item: Item): Uint8Array {
  return v.parse(v.object({ v: v.literal(formatVersion), content: v.instance(Uint8Array) }), unmarshall(item)).content;
}

/** The item of a version. */
export function versionItem({ number, ...version }: PolicyVersion): Item {
  return marshall({ itemKey: versionsKey, itemNumber: number, v: formatVersion, ...version });
}

/** The version of an item. */
export function versionOf(item: Item): ListedVersion {
  const { itemNumber, ...fields } = unmarshall(item);
  const number = Number(itemNumber);
  const { success, output } = v.safeParse(versionSchema, fields);
  if (!success) return { number, version: null };
  const { v: _, ...version } = output;
  return { number, version: { number, ...version } };
}

const versionSchema = v.object({
  v: v.literal(formatVersion),
  versionHash: v.string(),
  policySetHash: v.string(),
  inventoryHash: v.string(),
  publishedAt: v.string(),
  publishedBy: v.string(),
  reason: v.nullable(v.string()),
  rollbackTo: v.nullable(v.number()),
});
