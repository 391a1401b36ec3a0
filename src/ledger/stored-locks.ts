import type { AuditEntry } from '../model/audit.ts';
import { supported } from './condition.ts';
import { formatVersion, requireSupported } from './format.ts';
import { absent, allOf, equals } from './items.ts';
import type { Item, Items } from './items.ts';
import type { Ledger, Locks } from './ledger.ts';
import { locksFields, locksKey, locksOfFields, noLocks } from './locks-json.ts';
import type { StoredLocks } from './locks-json.ts';
import { insertions } from './stored-entry.ts';
import { writeTogether } from './stored-transaction.ts';

/** The locks in the table of the idempotency records. */
export function storedLocks(items: Items): Pick<Ledger, 'getLocks' | 'putLocks'> {
  return {
    async getLocks() {
      const item = await items.get('idempotency', { idempotencyKey: locksKey });
      return item === null ? noLocks : locksOfItem(item);
    },
    async putLocks(next: Locks, entry: AuditEntry) {
      const put = { kind: 'put', table: 'idempotency', item: locksItem(next), condition: isNext(next) } as const;
      const result = await writeTogether(items, [entry], [put, ...insertions([entry])]);
      if (result.kind === 'conflict' && result.stored !== null) locksOfItem(result.stored); // Throws for another format.
      return result.kind === 'committed';
    },
  };
}

/** That the stored locks have the revision before. */
function isNext({ revision }: Locks) {
  return revision === 1 ? absent('idempotencyKey') : allOf(equals('revision', revision - 1), supported);
}

/** All locks as one item, without an expiry. */
export function locksItem(locks: Locks): Item {
  return { v: formatVersion, idempotencyKey: locksKey, ...locksFields(locks) };
}

/**
 * The locks of an item that {@link locksItem} created. Throws `UnsupportedFormat` if another
 * version created it.
 */
export function locksOfItem(item: Item): Locks {
  requireSupported('item of the locks', item.v);
  // Only `locksItem` creates this item.
  const { revision, locks, lifted } = item as Item & StoredLocks;
  return locksOfFields(lifted === undefined ? { revision, locks } : { revision, locks, lifted });
}
