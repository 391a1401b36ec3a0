import type { AuditEntry } from '../../model/audit.ts';
import { alreadyWritten } from './entry-json.ts';
import type { Item, TransactedItems, Write } from './items.ts';
import { entryOfItem } from './entry.ts';

/** Result of a transaction. */
type WriteTogether =
  | { readonly kind: 'committed' }
  /**
   * `stored` is the record, the locks or the state that does not meet the condition; null if there
   * is none.
   */
  | { readonly kind: 'conflict'; readonly stored: Item | null }
  /**
   * The approval that a commit uses does not meet its condition. `stored` is its item; null if
   * there is none.
   */
  | { readonly kind: 'approval-mismatch'; readonly stored: Item | null }
  /**
   * Only the update was rejected: by its condition, or because its item would be too large.
   * `stored` is its item, and `failure` the error where no rejection is expected.
   */
  | {
      readonly kind: 'update-rejected';
      readonly isCondition: boolean;
      readonly stored: Item | null;
      readonly failure: Error;
    };

/**
 * Writes items in one transaction. Throws what the methods of a ledger throw.
 *
 * @param writes that of the record, of the locks or of a state that was observed, then the puts of
 *   the entries, then others
 * @param update of the state of a service account, or of the pending approvals of a principal;
 *   null: none
 * @param use the put of the approval that a commit uses; null: none
 */
export async function writeTogether(
  items: Pick<TransactedItems, 'transact'>,
  entries: readonly AuditEntry[],
  writes: readonly Write[],
  update: Write | null = null,
  use: Write | null = null,
): Promise<WriteTogether> {
  const all = [...writes, ...(use === null ? [] : [use]), ...(update === null ? [] : [update])];
  const result = await items.transact(all);
  if (result.kind === 'committed') return result;
  const { reasons, failure } = result;
  const ofUpdate = update === null ? undefined : reasons[all.length - 1];
  const isOnlyUpdate = reasons.slice(0, all.length - 1).every(({ kind }) => kind === 'none');
  if (isOnlyUpdate && ofUpdate?.kind === 'condition')
    return { kind: 'update-rejected', isCondition: true, stored: ofUpdate.stored, failure };
  if (isOnlyUpdate && ofUpdate?.kind === 'tooLarge')
    return { kind: 'update-rejected', isCondition: false, stored: null, failure };
  const ofEntries = reasons.slice(1, 1 + entries.length);
  const stored = ofEntries.map((reason) => (reason.kind === 'condition' ? entryOfItem(reason.stored ?? {}) : null));
  // Checked first: if this commit was applied before, the condition on the record fails as well.
  if (alreadyWritten(entries, stored)) return { kind: 'committed' };
  const [ofRecord] = reasons;
  if (ofRecord?.kind === 'condition') return { kind: 'conflict', stored: ofRecord.stored };
  const ofUse = use === null ? undefined : reasons[writes.length];
  if (ofUse?.kind === 'condition') return { kind: 'approval-mismatch', stored: ofUse.stored };
  throw failure;
}
