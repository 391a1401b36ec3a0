import type { AuditEntry } from '../../model/audit.ts';
import { supported } from './record.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { absent, allOf, equals } from './items.ts';
import type { Item, TransactedItems } from './items.ts';
import type { Ledger, Locks } from '../ledger.ts';
import { insertions } from './entry.ts';
import { writeTogether } from './transaction.ts';

/**
 * Key of the item with all locks, in the table of the idempotency records. No key of a record is
 * equal: those are hashes.
 */
export const locksKey = 'locks';

/** The locks of a ledger in which none was ever set. */
const noLocks: Locks = { revision: 0, locks: [] };

/**
 * The most bytes that all locks may take as JSON: every change reads them. In DynamoDB, 16 KB are 4
 * read units.
 */
export const maxLocksBytes = 16_384;

/** The locks in the table of the idempotency records. */
export function storedLocks(items: TransactedItems): Pick<Ledger, 'getLocks' | 'putLocks'> {
  return {
    async getLocks() {
      return locksOrNone(await items.get('idempotency', { idempotencyKey: locksKey }));
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

/** The locks of the stored item; none without an item. Throws `UnsupportedFormat`. */
export function locksOrNone(item: Item | null): Locks {
  return item === null ? noLocks : locksOfItem(item);
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

/**
 * The locks as stored fields, without a format version. Throws an Error if they take too many
 * bytes.
 */
function locksFields({ revision, locks, lifted }: Locks): StoredLocks {
  return { revision, locks: locksText({ locks }), ...(lifted === undefined ? {} : { lifted: JSON.stringify(lifted) }) };
}

/** The locks of the fields that {@link locksFields} made. */
function locksOfFields({ revision, locks, lifted }: StoredLocks): Locks {
  const set = { revision, locks: JSON.parse(locks) as Locks['locks'] };
  return lifted === undefined ? set : { ...set, lifted: JSON.parse(lifted) as NonNullable<Locks['lifted']> };
}

/** The locks as they are stored. */
interface StoredLocks {
  readonly revision: number;
  /** JSON text. */
  readonly locks: string;
  /** JSON text; absent without any. */
  readonly lifted?: string;
}

/** The locks as JSON text. Throws an Error if they take too many bytes. */
function locksText({ locks }: Pick<Locks, 'locks'>): string {
  const text = JSON.stringify(locks);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxLocksBytes) {
    throw new Error(
      `The locks would take ${bytes} bytes; at most ${maxLocksBytes} are allowed, because every change reads them. ` +
        'Lift locks that are no longer needed, or lock a cluster or everything instead of principals.',
    );
  }
  return text;
}
