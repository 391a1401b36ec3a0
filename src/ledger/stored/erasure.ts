import type { EntryKey } from './entry-json.ts';
import { exists } from './items.ts';
import type { UpdatedItems } from './items.ts';
import { personalAttribute } from './entry.ts';

/** The erasure of personal data: the one change of a stored entry. */
export interface Erasure {
  /**
   * Removes the personal data of an entry. False: it has none, or they were erased before. Throws
   * `LedgerUnavailable`.
   */
  erasePersonalData(key: EntryKey): Promise<boolean>;
}

/**
 * The erasure in the audit table. The policy of the table lets one role do it, and change no other
 * attribute.
 */
export function storedErasure(items: Pick<UpdatedItems, 'update'>): Erasure {
  return {
    async erasePersonalData({ operationId, entryId }) {
      const { kind } = await items.update({
        kind: 'update',
        table: 'audit',
        key: { operationId, entryId },
        update: { remove: [personalAttribute] },
        // Otherwise, an item that does not exist would be created.
        condition: exists(personalAttribute),
      });
      return kind === 'written';
    },
  };
}
