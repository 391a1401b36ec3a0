import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { formatVersion } from '../ledger/format.ts';
import type { ListedRelease, Release } from './policy-version.ts';
import type { PackedVersion } from './packed-policies.ts';

/** An item of the table of policies. */
export type Item = Record<string, AttributeValue>;

/** `itemKey` of all releases; `itemNumber` is the number of the release. */
export const releasesKey = 'release';

/** The key of a version. */
export function versionKey(hash: string): { readonly itemKey: string; readonly itemNumber: number } {
  return { itemKey: `version/${hash}`, itemNumber: 0 };
}

/** The item of a version. */
export function versionItem({ hash, content }: PackedVersion): Item {
  return marshall({ ...versionKey(hash), v: formatVersion, content });
}

/** The content of a version's item. Throws an Error if this version of the gateway can't read it. */
export function contentOf(item: Item): Uint8Array {
  return v.parse(v.object({ v: v.literal(formatVersion), content: v.instance(Uint8Array) }), unmarshall(item)).content;
}

/** The item of a release. */
export function releaseItem({ number, ...release }: Release): Item {
  return marshall({ itemKey: releasesKey, itemNumber: number, v: formatVersion, ...release });
}

/** The release of an item. */
export function releaseOf(item: Item): ListedRelease {
  const { itemNumber, ...fields } = unmarshall(item);
  const number = Number(itemNumber);
  const { success, output } = v.safeParse(releaseSchema, fields);
  if (!success) return { number, release: null };
  const { v: _, ...release } = output;
  return { number, release: { number, ...release } };
}

const releaseSchema = v.object({
  v: v.literal(formatVersion),
  versionHash: v.string(),
  policySetHash: v.string(),
  inventoryHash: v.string(),
  publishedAt: v.string(),
  publishedBy: v.string(),
  reason: v.nullable(v.string()),
  rollbackTo: v.nullable(v.number()),
});
