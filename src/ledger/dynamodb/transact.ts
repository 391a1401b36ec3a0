import { randomUUID } from 'node:crypto';
import {
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, Put, TransactWriteItem, Update } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../../model/audit.ts';
import { failureOfCancellation, isTransient } from './cancellation.ts';
import { entryOfItem } from './item.ts';
import type { Item } from './item.ts';
import { failureOf, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import { alreadyWritten } from '../entry-json.ts';

/** Result of a transaction. */
export type TransactionResult =
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
   * `stored` is its item.
   */
  | {
      readonly kind: 'update-rejected';
      readonly isCondition: boolean;
      readonly stored: Item | null;
      readonly cause: TransactionCanceledException;
    };

/**
 * Writes items in one transaction. Throws what the methods of a ledger throw.
 *
 * @param items the write of the record, of the locks or of a state that was observed, then the puts
 *   of the entries, then others of the audit table
 * @param update of the state of a service account, or of the pending approvals of a principal;
 *   null: none
 * @param use the put of the approval that a commit uses; null: none
 */
export async function transact(
  client: DynamoDBClient,
  entries: readonly AuditEntry[],
  items: readonly TransactWriteItem[],
  update: Update | null = null,
  use: Put | null = null,
): Promise<TransactionResult> {
  const TransactItems = [
    ...items,
    ...(use === null ? [] : [{ Put: use }]),
    ...(update === null ? [] : [{ Update: update }]),
  ];
  let ClientRequestToken = randomUUID();
  return await withRetries(async () => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
      return { kind: 'committed' } as const;
    } catch (error) {
      // The transaction may still take effect, so the retry keeps its token.
      if (error instanceof TransactionInProgressException) return { kind: 'retry', cause: error } as const;
      if (!(error instanceof TransactionCanceledException)) throw failureOf(error);
      // A cancelled transaction wrote nothing. The retry gets a new token, because AWS does not
      // document whether the old one would return the same cancellation for ten minutes. If an
      // earlier attempt took effect after all, the conditions of the entries detect it.
      ClientRequestToken = randomUUID();
      return resultOf(error, entries, { hasUpdate: update !== null, useIndex: use === null ? null : items.length });
    }
  });
}

/**
 * The result of a cancelled transaction, from its reasons: one for the record, then one per entry,
 * then those of other items, of the approval, of the update.
 */
function resultOf(
  error: TransactionCanceledException,
  entries: readonly AuditEntry[],
  { hasUpdate, useIndex }: { readonly hasUpdate: boolean; readonly useIndex: number | null },
): TransactionResult | Retryable {
  if (isTransient(error)) return { kind: 'retry', cause: error };
  const reasonsInOrder = error.CancellationReasons ?? [];
  const update = hasUpdate ? reasonsInOrder.at(-1) : undefined;
  const isOnlyUpdate = reasonsInOrder.slice(0, -1).every(({ Code = 'None' }) => Code === 'None');
  const isCondition = update?.Code === 'ConditionalCheckFailed';
  if (isOnlyUpdate && (isCondition || update?.Code === 'ValidationError')) {
    return { kind: 'update-rejected', isCondition, stored: update.Item ?? null, cause: error };
  }
  const reasons = reasonsInOrder.map(({ Code, Item }) => ({
    isConditionFailed: Code === 'ConditionalCheckFailed',
    stored: Item,
  }));
  const [ofRecord, ...others] = reasons;
  const stored = others
    .slice(0, entries.length)
    .map((reason) => (reason.isConditionFailed ? entryOfItem(reason.stored ?? {}) : null));
  // Checked first: if this commit was applied before, the condition on the record fails as well.
  if (alreadyWritten(entries, stored)) return { kind: 'committed' };
  const ofUse = useIndex === null ? undefined : reasons[useIndex];
  if (ofRecord?.isConditionFailed !== true && ofUse?.isConditionFailed === true) {
    return { kind: 'approval-mismatch', stored: ofUse.stored ?? null };
  }
  if (ofRecord?.isConditionFailed !== true) throw failureOfCancellation(error);
  return { kind: 'conflict', stored: ofRecord.stored ?? null };
}
