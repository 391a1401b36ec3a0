import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { auditEntryId } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { claimsOfCreated } from '../claim-of-created.ts';
import type { ClaimOfCreated } from '../claim-of-created.ts';
import { entryOfText, entryTexts, isNewerEntry, NotAnEntry } from '../entry-json.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { filterFields } from '../filter-fields.ts';
import { auditIndexKeys, openShardOf, trailShardOf } from '../keys.ts';
import type { IdempotencyRecord, Locks, RecordedResult } from '../ledger.ts';
import { locksFields, locksKey, locksOfFields } from '../locks-json.ts';
import { ttlAttribute } from './tables.ts';

/**
 * Begins the sort key of a claim of a created association, which is in the partition of the
 * operation that created it. Lower than every entry id, and than the `-` from which operations'
 * entries are read.
 */
export const claimPrefix = '#CLAIMED_BY#';

/** An item of a DynamoDB table. */
export type Item = Record<string, AttributeValue>;

/**
 * A record as an item: its fields as attributes, except that `result` is JSON text, which preserves
 * all strings exactly. `ttl`, in seconds, is set once the record has an expiry. `openShard` is set
 * only while the record is IN_PROGRESS, so that the lease index holds no other records.
 */
export function recordItem(record: IdempotencyRecord): Item {
  const shard = openShardOf(record.idempotencyKey);
  return marshall({
    v: formatVersion,
    ...record,
    result: record.result === null ? null : JSON.stringify(record.result),
    ...(record.expiresAt === null ? {} : { [ttlAttribute]: Math.ceil(record.expiresAt / 1000) }),
    ...(record.state === 'IN_PROGRESS' ? { openShard: shard } : {}),
  });
}

/**
 * The record of an item that {@link recordItem} created. Throws `UnsupportedFormat` if another
 * version created it.
 */
export function recordOfItem(item: Item): IdempotencyRecord {
  const { v, [ttlAttribute]: _ttl, openShard: _shard, result: text, ...fields } = item;
  requireSupported(`idempotency record ${item.idempotencyKey?.S}`, versionOf(v));
  // Only `recordItem` creates the items of this table.
  const result = text?.S === undefined ? null : (JSON.parse(text.S) as RecordedResult);
  return { ...unmarshall(fields), result } as IdempotencyRecord;
}

/** All locks as one item, without an expiry. */
export function locksItem(locks: Locks): Item {
  return marshall({ v: formatVersion, idempotencyKey: locksKey, ...locksFields(locks) });
}

/**
 * The locks of an item that {@link locksItem} created. Throws `UnsupportedFormat` if another
 * version created it.
 */
export function locksOfItem({ v, revision, locks, lifted }: Item): Locks {
  requireSupported('item of the locks', versionOf(v));
  const fields = { revision: Number(revision?.N), locks: String(locks?.S) };
  return locksOfFields(lifted?.S === undefined ? fields : { ...fields, lifted: lifted.S });
}

function versionOf(v: AttributeValue | undefined): unknown {
  return v === undefined ? undefined : unmarshall({ v }).v;
}

/**
 * The attribute of an item of the audit table with personal data, which can be erased. IAM policies
 * name it.
 */
export const personalAttribute = 'personal';

/**
 * An entry as an item: its version and key, the keys of the indexes, the attributes that filters
 * use, the entry as JSON text, and its personal data.
 */
export function entryItem(entry: AuditEntry): Item {
  const texts = entryTexts(entry);
  const { operationId, entryId, event, operation, time } = entry;
  return marshall({
    v: formatVersion,
    operationId,
    entryId,
    event,
    operation,
    time,
    ...filterFields(entry),
    trailShard: trailShardOf(entryId),
    ...auditIndexKeys(entry),
    entry: texts.entry,
    ...(texts.personal === null ? {} : { [personalAttribute]: texts.personal }),
  });
}

/**
 * The entry of an item that {@link entryItem} created. Throws `UnsupportedFormat` if another
 * version created it, and `NotAnEntry` if the item has no entry.
 */
export function entryOfItem(item: Item): AuditEntry {
  const key = keyOfItem(item);
  requireSupported(`audit entry ${auditEntryId(key)}`, versionOf(item.v));
  const text = item.entry?.S;
  if (text === undefined) throw new NotAnEntry("An item of the audit table has no 'entry' attribute");
  return entryOfText(key, text, item[personalAttribute]?.S ?? null);
}

/** Whether an item is an entry of a later version of the format, which a later gateway can read. */
export function isNewerEntryItem(item: Item): boolean {
  try {
    return isNewerEntry(keyOfItem(item), versionOf(item.v), JSON.parse(item.entry?.S ?? ''));
  } catch {
    return false;
  }
}

function keyOfItem({ operationId, entryId }: Item) {
  return { operationId: operationId?.S ?? '', entryId: entryId?.S ?? '' };
}

/**
 * The item of the audit table that proves that an operation created an association. In no index,
 * and never read as an entry.
 */
export function claimItem({ createdBy, claimedBy }: ClaimOfCreated): Item {
  return marshall({ v: formatVersion, operationId: createdBy, entryId: `${claimPrefix}${claimedBy}` });
}

/**
 * The operation that claimed, of an item that {@link claimItem} created. Throws `UnsupportedFormat`
 * if another version created it.
 */
export function claimedByOfItem({ v, entryId, operationId }: Item): string {
  requireSupported(`claim of what operation ${operationId?.S} created`, versionOf(v));
  return (entryId?.S ?? '').slice(claimPrefix.length);
}

/** The items that belong to a stored entry, to be copied with it. */
export function claimItemsOf(item: Item): Item[] {
  if (versionOf(item.v) !== formatVersion) return [];
  try {
    return claimsOfCreated([entryOfItem(item)]).map(claimItem);
  } catch (error) {
    if (error instanceof NotAnEntry) return [];
    throw error;
  }
}

/** The put of an item of the audit table that fails if an item with the same key exists. */
export function insertion(TableName: string, Item: Item) {
  return {
    TableName,
    Item,
    ConditionExpression: 'attribute_not_exists(operationId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}
