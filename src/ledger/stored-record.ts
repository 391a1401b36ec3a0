import { formatVersion, requireSupported } from './format.ts';
import type { IdempotencyRecord, RecordedResult } from './idempotency-record.ts';
import { textIn } from './items.ts';
import type { Item } from './items.ts';
import { openShardOf } from './keys.ts';
import { ttlAttribute } from './tables.ts';

/**
 * A record as an item: its fields as attributes, except that `result` is JSON text, which preserves
 * all strings exactly. `ttl`, in seconds, is set once the record has an expiry. `openShard` is set
 * only while the record is IN_PROGRESS, so that the lease index holds no other records.
 */
export function recordItem(record: IdempotencyRecord): Item {
  const shard = openShardOf(record.idempotencyKey);
  return {
    v: formatVersion,
    ...record,
    result: record.result === null ? null : JSON.stringify(record.result),
    ...(record.expiresAt === null ? {} : { [ttlAttribute]: Math.ceil(record.expiresAt / 1000) }),
    ...(record.state === 'IN_PROGRESS' ? { openShard: shard } : {}),
  };
}

/**
 * The record of an item that {@link recordItem} created. Throws `UnsupportedFormat` if another
 * version created it.
 */
export function recordOfItem(item: Item): IdempotencyRecord {
  const { v, [ttlAttribute]: _ttl, openShard: _shard, result: text, ...fields } = item;
  requireSupported(`idempotency record ${textIn(item, 'idempotencyKey')}`, v);
  // Only `recordItem` creates the items of this table.
  const result = typeof text === 'string' ? (JSON.parse(text) as RecordedResult) : null;
  return { ...(fields as Item & IdempotencyRecord), result };
}
