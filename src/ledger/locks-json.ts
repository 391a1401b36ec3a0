import type { Locks } from './ledger.ts';

/**
 * Key of the item with all locks, in the table of the idempotency records. No key of a record is
 * equal: those are hashes.
 */
export const locksKey = 'locks';

/** The locks of a ledger in which none was ever set. */
export const noLocks: Locks = { revision: 0, locks: [] };

/**
 * The most bytes that all locks may take as JSON: every change reads them. In DynamoDB, 16 KB are 4
 * read units.
 */
export const maxLocksBytes = 16_384;

/**
 * The locks as stored fields, without a format version. Throws an Error if they take too many
 * bytes.
 */
export function locksFields({ revision, locks, lifted }: Locks): StoredLocks {
  return { revision, locks: locksText({ locks }), ...(lifted === undefined ? {} : { lifted: JSON.stringify(lifted) }) };
}

/** The locks of the fields that {@link locksFields} made. */
export function locksOfFields({ revision, locks, lifted }: StoredLocks): Locks {
  const set = { revision, locks: JSON.parse(locks) as Locks['locks'] };
  return lifted === undefined ? set : { ...set, lifted: JSON.parse(lifted) as NonNullable<Locks['lifted']> };
}

/** The locks as they are stored. */
export interface StoredLocks {
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
