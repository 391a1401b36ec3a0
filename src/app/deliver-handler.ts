import type { Context, DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { deliver, logUnreadable } from '../events/deliver.ts';
import type { EventSource, EventTarget } from '../events/deliver.ts';
import { changeOf } from '../events/stream-record.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { TrailReader } from '../ledger/trail.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Clock } from '../runtime/clock.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Log } from '../runtime/log.ts';

/** Time kept back so that the function answers before it times out. Milliseconds. */
const answerMs = 3_000;

/** What the handler works with. */
export interface DeliverHandlerPorts extends EventSource {
  readonly clock: Clock;
  /** Default: the calls of a run have no deadline. */
  readonly storesUntil?: (deadline: Deadline) => { readonly ledger: TrailReader };
  /** Null: events are sent nowhere, and only tampering is reported. */
  readonly target: EventTarget | null;
  /** Finds what is switched off that watches the tables. */
  readonly findDisabled: () => Promise<readonly string[]>;
}

/** An entry, and where its record is in the shard. */
interface Added {
  readonly entry: AuditEntry;
  readonly sequenceNumber: string;
}

/**
 * The handler of the functions that read the stream of the audit table: it sends the events of new
 * entries, and reports items that were changed or removed, or that are not entries. An event
 * without records is of the schedule: then it checks that nothing is switched off. The answer names
 * the first record whose event was not sent; Lambda repeats the batch from there.
 */
export function makeDeliverHandler(ports: DeliverHandlerPorts) {
  return async (
    event: { readonly Records?: readonly DynamoDBRecord[] },
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<DynamoDBBatchResponse> => {
    const { clock, log, target, storesUntil = () => ({}) } = ports;
    const startedAt = clock();
    if (event.Records === undefined) {
      await checkWatch(ports);
      return { batchItemFailures: [] };
    }
    const { added, unreadable } = readRecords(event.Records, log);
    const deadline = makeDeadline(startedAt + context.getRemainingTimeInMillis() - answerMs, clock);
    const entries = added.map(({ entry }) => entry);
    const send = () => target && deliver({ ...ports, ...storesUntil(deadline), target }, entries, deadline.at);
    const { sent, failedAt } = (await send()?.finally(deadline.end)) ?? { sent: 0, failedAt: null };
    const failed = failedAt === null ? unreadable : (added[failedAt]?.sequenceNumber ?? null);
    const counts = { ...(sent > 0 ? { eventsSent: sent } : {}), ...(failed === null ? {} : { deliveryFailures: 1 }) };
    log('info', 'Events delivered.', {
      streamRecords: event.Records.length,
      ...counts,
      durationMs: clock() - startedAt,
    });
    return { batchItemFailures: failed === null ? [] : [{ itemIdentifier: failed }] };
  };
}

/**
 * The entries of records, in their order. Reports tampering before anything is sent. `unreadable`
 * is the sequence number of an entry of a newer version, which ends the list: a newer version of
 * this function sends it.
 */
function readRecords(records: readonly DynamoDBRecord[], log: Log) {
  const added: Added[] = [];
  let unreadable: string | null = null;
  for (const record of records) {
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
    try {
      const change = changeOf(record);
      if (change.kind === 'tampering') {
        const { kind: _, ...tampering } = change;
        log('error', 'An item of the audit trail was changed or removed.', { ...tampering, tamperedItems: 1 });
      } else if (change.kind === 'not-an-entry') {
        logUnreadable(log, { ...keysOf(record), tamperedItems: 1 });
      } else if (change.kind === 'entry' && unreadable === null) added.push({ entry: change.entry, sequenceNumber });
    } catch (error) {
      if (error instanceof UnsupportedFormat) unreadable ??= sequenceNumber;
      logUnreadable(log, { ...keysOf(record), error: String(error) });
    }
  }
  return { added, unreadable };
}

function keysOf({ dynamodb }: DynamoDBRecord) {
  const { operationId, entryId } = dynamodb?.Keys ?? {};
  return { operationId: operationId?.S, entryId: entryId?.S };
}

/** The metric `watching` is the heartbeat: an alarm rises when it is missing. */
async function checkWatch({ findDisabled, log }: DeliverHandlerPorts): Promise<void> {
  const disabled = await findDisabled();
  // Also where nothing was read, so that an alarm can compare it with what was written.
  const streamRecords = 0;
  if (disabled.length === 0) log('info', 'The tables are watched.', { watching: 1, streamRecords });
  else log('error', 'The tables are not watched.', { disabled: disabled.join(' '), streamRecords });
}
