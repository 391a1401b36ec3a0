import { formatVersion, requireSupported } from '../format.ts';
import { absent, allOf, anyOf, equals, lessOrEqual, not, textIn } from './items.ts';
import type { Condition, Item } from './items.ts';
import { openShardOf } from './keys.ts';
import type { Expectation, IdempotencyRecord, RecordedResult, RecordState } from '../ledger.ts';
import { ttlAttribute } from './tables.ts';

/**
 * A record as an item: its fields as attributes, except that `result` is JSON text, which preserves
 * all strings exactly. `ttl`, in seconds, is set once it is known until when the record is
 * retained, which is stored as `expiresAt`. `openShard` is set only while the record is
 * IN_PROGRESS, so that the lease index holds no other records.
 */
export function recordItem(record: IdempotencyRecord): Item {
  const { retainUntil, inDoubtOperationIds, result, deferral, ...fields } = record;
  return {
    v: formatVersion,
    ...fields,
    expiresAt: retainUntil,
    inDoubtOperationIds,
    result: result === null ? null : JSON.stringify(result),
    ...(deferral === undefined ? {} : { deferral }),
    ...(retainUntil === null ? {} : { [ttlAttribute]: Math.ceil(retainUntil / 1000) }),
    ...(record.state === 'IN_PROGRESS' ? { openShard: openShardOf(record.idempotencyKey) } : {}),
  };
}

/**
 * The record of an item that {@link recordItem} created. Throws `UnsupportedFormat` if another
 * version created it.
 */
export function recordOfItem(item: Item): IdempotencyRecord {
  const { v, [ttlAttribute]: _ttl, openShard: _shard, result: text, expiresAt: retainUntil, ...fields } = item;
  requireSupported(`idempotency record ${textIn(item, 'idempotencyKey')}`, v);
  // Only `recordItem` creates the items of this table.
  const result = typeof text === 'string' ? (JSON.parse(text) as RecordedResult) : null;
  return { ...({ ...fields, retainUntil } as Item & IdempotencyRecord), result };
}

/**
 * What a write demands of a stored record: as a commit, or that it was not written since it was
 * read. `none`: no record is stored.
 */
export type RecordCondition =
  | Expectation
  | { readonly kind: 'none' }
  | {
      readonly kind: 'unchanged';
      readonly state: RecordState;
      readonly operationId: string;
      readonly fence: number;
    };

/** Names of the conditions on a stored record. */
type ConditionPart =
  | 'absent'
  | 'inProgress'
  | 'notInProgress'
  | 'released'
  | 'sameState'
  | 'sameOperation'
  | 'sameFence'
  | 'leaseExpired'
  | 'recordExpired';

/**
 * What each kind of condition requires of the stored record: every part of at least one
 * alternative.
 */
export const requirements: Record<RecordCondition['kind'], ConditionPart[][]> = {
  // DynamoDB deletes an expired record up to two days late, so an expired record counts as absent.
  free: [['absent'], ['notInProgress', 'recordExpired']],
  released: [['released', 'sameOperation', 'sameFence']],
  leased: [['inProgress', 'sameOperation', 'sameFence']],
  'lease-expired': [['inProgress', 'sameOperation', 'sameFence', 'leaseExpired']],
  none: [['absent']],
  unchanged: [['sameState', 'sameOperation', 'sameFence']],
};

/** The condition that a record was not written since it was read; null: none was stored. */
export function unchanged(record: IdempotencyRecord | null): RecordCondition {
  if (record === null) return { kind: 'none' };
  const { state, operationId, fence } = record;
  return { kind: 'unchanged', state, operationId, fence };
}

/** The fields of a condition; a kind sets those that its parts compare. */
interface Operands {
  readonly state?: string;
  readonly operationId?: string;
  readonly fence?: number;
  readonly now?: number;
}

/** Every part as a condition. For an absent item, only `absent` and `notInProgress` hold. */
function partsOf({ state = '', operationId = '', fence = -1, now = -1 }: Operands): Record<ConditionPart, Condition> {
  const inProgress = equals('state', 'IN_PROGRESS');
  return {
    absent: absent('idempotencyKey'),
    inProgress,
    notInProgress: not(inProgress),
    released: equals('state', 'RELEASED'),
    sameState: equals('state', state),
    sameOperation: equals('operationId', operationId),
    sameFence: equals('fence', fence),
    leaseExpired: lessOrEqual('leaseUntil', now),
    recordExpired: lessOrEqual('expiresAt', now),
  };
}

/** Required of every stored item, so that one of another version is not replaced. */
export const supported = equals('v', formatVersion);

/** The condition on the item of a record. */
export function conditionOn(expected: RecordCondition): Condition {
  const conditions = partsOf(expected.kind === 'none' ? {} : expected);
  const alternatives = requirements[expected.kind].map((parts) =>
    allOf(...parts.map((part) => conditions[part]), ...(parts.includes('absent') ? [] : [supported])),
  );
  return anyOf(...alternatives);
}
