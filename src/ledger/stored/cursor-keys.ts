import { supported } from './record.ts';
import type { CursorKeys } from '../cursor-keys.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { absent, allOf, equals } from './items.ts';
import type { Item, TransactedItems } from './items.ts';
import { cursorKeysKey } from './keys.ts';
import type { Ledger } from '../ledger.ts';
import { writeTogether } from './transaction.ts';

/** The keys of cursors in the table of the idempotency records. */
export function storedCursorKeys(items: TransactedItems): Pick<Ledger, 'getCursorKeys' | 'putCursorKeys'> {
  return {
    async getCursorKeys() {
      const item = await items.get('idempotency', { idempotencyKey: cursorKeysKey });
      return item === null ? null : cursorKeysOfItem(item);
    },
    async putCursorKeys(expected, next) {
      const condition = expected === null ? absent('idempotencyKey') : areStored(expected);
      const put = { kind: 'put', table: 'idempotency', item: cursorKeysItem(next), condition } as const;
      // The function may put items in transactions only.
      const { kind } = await writeTogether(items, [], [put]);
      return kind === 'committed';
    },
  };
}

function areStored({ current }: CursorKeys) {
  return allOf(equals(['current', 'secret'], current.secret), supported);
}

/** The keys as an item, without an expiry. */
export function cursorKeysItem(keys: CursorKeys): Item {
  return { v: formatVersion, idempotencyKey: cursorKeysKey, ...keys };
}

/**
 * The keys of an item that {@link cursorKeysItem} made. Throws `UnsupportedFormat` if another
 * version did.
 */
export function cursorKeysOfItem(item: Item): CursorKeys {
  // Only `cursorKeysItem` makes this item.
  const { v, current, former } = item as Item & CursorKeys;
  requireSupported('item of the cursor keys', v);
  return { current, former };
}
