import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { AuditEntry } from '../model/audit.ts';
import { auditIndexKeys, openShardOf } from './keys.ts';
import type { RecordedResult, IdempotencyRecord } from './ledger.ts';
import { entryOfText, entryText } from './entry-json.ts';
import { ttlAttribute } from './tables.ts';

type Item = Record<string, AttributeValue>;

/**
 * A record as an item: its fields as attributes, but the result as JSON text, which gives callers' strings back exactly.
 * `ttl` is there once the record may be forgotten, `openShard` only while it is IN_PROGRESS: a finished record leaves the
 * index of open ones.
 */
export function tokenItem(record: IdempotencyRecord): Item {
  const shard = openShardOf(record.idempotencyKey);
  return marshall({
    ...record,
    result: record.result === null ? null : JSON.stringify(record.result),
    ...(record.expiresAt === null ? {} : { [ttlAttribute]: Math.ceil(record.expiresAt / 1000) }),
    ...(record.state === 'IN_PROGRESS' ? { openShard: shard } : {}),
  });
}

/** The record in an item that {@link tokenItem} made. */
export function tokenOfItem(item: Item): IdempotencyRecord {
  const { [ttlAttribute]: _ttl, openShard: _shard, result: text, ...fields } = item;
  // Only `tokenItem` makes the items of this table.
  const result = text?.S === undefined ? null : (JSON.parse(text.S) as RecordedResult);
  return { ...unmarshall(fields), result } as IdempotencyRecord;
}

/**
 * An entry as an item: its key, the keys of the indexes, what lists are filtered by, and the whole entry as text.
 */
export function entryItem(entry: AuditEntry): Item {
  const { operationId, entryId, event, operation, time } = entry;
  return marshall({
    operationId,
    entryId,
    event,
    operation,
    time,
    ...auditIndexKeys(entry),
    entry: entryText(entry),
  });
}

/** The entry in an item that {@link entryItem} made. */
export function entryOfItem(item: Item): AuditEntry {
  const text = item.entry?.S;
  if (text === undefined) throw new Error('An item of the audit table has no entry in it: something else wrote it.');
  return entryOfText(text);
}
