import type { TrailReader } from '../ledger/trail.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Log } from '../runtime/log.ts';
import { makeSlots } from '../runtime/slots.ts';
import { eventOf, isSelected } from './event.ts';
import type { GatewayEvent } from './event.ts';
import { predecessorOf } from './predecessor.ts';

/** What becomes of an event that was to be sent. */
export type SendResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Not tried: an earlier event of its operation failed, or there was no time left. */
  | { readonly kind: 'held-back' };

/** Where events are sent. */
export interface EventTarget {
  /**
   * Sends events, which are in the order of their operations; one result for each. Does not reject.
   * `deadline`: milliseconds since the epoch.
   */
  send(events: readonly GatewayEvent[], deadline: number): Promise<readonly SendResult[]>;
}

/** Which entries become events, and where the ones before them are read. */
export interface EventSource {
  readonly ledger: TrailReader;
  /** Share of the denials that become events, from 0 to 1. */
  readonly denialShare: number;
  readonly log: Log;
}

/** What events are delivered from, and where to. */
export interface DeliveryPorts extends EventSource {
  readonly target: EventTarget;
}

/** What became of some entries. */
export interface Delivery {
  /** How many events were sent. */
  readonly sent: number;
  /**
   * Index of the first entry whose event was not sent; null if there is none. Those after it may
   * have been.
   */
  readonly failedAt: number | null;
  /** Indexes of all entries whose events were not sent. */
  readonly failed: ReadonlySet<number>;
}

/** Logs, as an error, an item that is not an entry, or one of a later version. */
export function logUnreadable(log: Log, fields: Record<string, unknown>): void {
  log('error', 'A record of the audit trail could not be read.', fields);
}

/** How many operations are read at the same time. */
const concurrentReads = 8;

/**
 * Sends the events of entries, which are in the order in which they were written. Logs why the
 * first one failed. Throws `LedgerUnavailable`; then nothing was sent.
 */
export async function deliver(
  { ledger, target, denialShare, log }: DeliveryPorts,
  entries: readonly AuditEntry[],
  deadline: number,
): Promise<Delivery> {
  const inSlot = makeSlots(concurrentReads);
  const selected = entries.flatMap((entry, index) => {
    const event = isSelected(entry, denialShare) ? readableEvent(entry, log) : null;
    return event === null ? [] : [{ entry, index, event }];
  });
  const events = await Promise.all(
    selected.map(({ entry, event }) =>
      inSlot(async () => ({ ...event, predecessorId: await predecessorOf(ledger, entry) })),
    ),
  );
  const results = events.length === 0 ? [] : await target.send(events, deadline);
  const failed = new Set(selected.flatMap(({ index }, at) => (results[at]?.kind === 'sent' ? [] : [index])));
  const failure = results.find((result) => result.kind === 'failed');
  if (failure !== undefined) {
    const { id, type } = events[results.indexOf(failure)] ?? {};
    log('warn', 'An event could not be sent.', { eventId: id, eventType: type, reason: failure.reason });
  }
  const [failedAt = null] = failed;
  return { sent: selected.length - failed.size, failedAt, failed };
}

/**
 * The event of an entry, without its predecessor. Null, and reported, if the gateway did not write
 * the entry: repeating it would not help.
 */
function readableEvent(entry: AuditEntry, log: Log): GatewayEvent | null {
  try {
    return eventOf(entry, null);
  } catch (error) {
    const { operationId, entryId } = entry;
    logUnreadable(log, { operationId, entryId, error: String(error), tamperedItems: 1 });
    return null;
  }
}
