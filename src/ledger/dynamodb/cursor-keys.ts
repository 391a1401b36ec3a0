import type { DynamoDBClient, Put } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { CursorKeys } from '../cursor-keys.ts';
import type { Item } from './item.ts';
import { getItem } from './read.ts';
import { transact } from './transact.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { cursorKeysKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';

/** The keys of cursors in the table of the idempotency records. */
export function dynamoDbCursorKeys(
  client: DynamoDBClient,
  TableName: string,
): Pick<Ledger, 'getCursorKeys' | 'putCursorKeys'> {
  return {
    async getCursorKeys() {
      const item = await getItem(client, TableName, marshall({ idempotencyKey: cursorKeysKey }));
      return item === null ? null : cursorKeysOfItem(item);
    },
    async putCursorKeys(expected, next) {
      const Put = { TableName, Item: cursorKeysItem(next), ...conditionOf(expected) };
      // The function may put items in transactions only.
      const { kind } = await transact(client, [], [{ Put }]);
      return kind === 'committed';
    },
  };
}

/** The keys as an item, without an expiry. */
export function cursorKeysItem(keys: CursorKeys): Item {
  return marshall({ v: formatVersion, idempotencyKey: cursorKeysKey, ...keys });
}

/**
 * The keys of an item that {@link cursorKeysItem} made. Throws `UnsupportedFormat` if another
 * version did.
 */
export function cursorKeysOfItem(item: Item): CursorKeys {
  // Only `cursorKeysItem` makes this item.
  const { v, current, former } = unmarshall(item) as CursorKeys & { readonly v: unknown };
  requireSupported('item of the cursor keys', v);
  return { current, former };
}

function conditionOf(expected: CursorKeys | null): Omit<Put, 'TableName' | 'Item'> {
  if (expected === null) return { ConditionExpression: 'attribute_not_exists(idempotencyKey)' };
  return {
    ConditionExpression: '#current.#secret = :secret AND v = :v',
    ExpressionAttributeNames: { '#current': 'current', '#secret': 'secret' },
    ExpressionAttributeValues: marshall({ ':secret': expected.current.secret, ':v': formatVersion }),
  };
}
