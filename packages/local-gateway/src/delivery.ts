import { deliver } from '../../../src/events/deliver.ts';
import type { DeliveryPorts } from '../../../src/events/deliver.ts';
import type { TrailReader } from '../../../src/ledger/trail.ts';
import type { AuditOrder } from '../../sqlite-ledger/src/order.ts';

/** Entries per step: as many as the function in AWS receives. */
const batchSize = 100;

/** Longest time of one step, in milliseconds. */
const stepMs = 30_000;

/** What the local delivery uses. */
export interface LocalDelivery extends DeliveryPorts {
  readonly ledger: TrailReader & AuditOrder;
  /**
   * Ids of entries after the cursor whose events were sent, so that this process does not repeat
   * them while an earlier one fails.
   */
  readonly sentAhead: Set<string>;
}

/** Whether a ledger keeps the order of its entries. */
export function isOrdered<T extends object>(ledger: T & Partial<AuditOrder>): ledger is T & AuditOrder {
  return ledger.entriesAfter !== undefined;
}

/**
 * Sends the events of the entries after the stored position, and stores how far it came. A process
 * that ends in between sends some events again, and loses no event. Throws `LedgerUnavailable`.
 */
export async function deliverNext(deps: LocalDelivery, cursor: string): Promise<void> {
  const { ledger, sentAhead } = deps;
  for (;;) {
    const ordered = await ledger.entriesAfter(await ledger.startCursor(cursor), batchSize);
    const open = ordered.flatMap(({ entry, position }) =>
      entry === null || sentAhead.has(entry.entryId) ? [] : [{ entry, position }],
    );
    const { failedAt, failed } = await deliver(
      deps,
      open.map(({ entry }) => entry),
      Date.now() + stepMs,
    );
    const first = failedAt === null ? null : (open[failedAt] ?? null);
    const last = first === null ? ordered.at(-1)?.position : first.position - 1;
    if (last !== undefined) await ledger.moveCursor(cursor, last);
    for (const [index, { entry, position }] of open.entries()) {
      if (first !== null && position > first.position && !failed.has(index)) sentAhead.add(entry.entryId);
    }
    if (first === null) sentAhead.clear();
    if (first !== null || ordered.length < batchSize) return;
  }
}
