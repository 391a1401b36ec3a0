import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Clock } from '../runtime/clock.ts';
import type { EventTarget, SendResult } from './deliver.ts';
import type { GatewayEvent } from './event.ts';
import { detailTypeOf } from './event-types.ts';

/** The most events of one request. Source: PutEvents in the EventBridge API reference. */
const maxEntries = 10;

/**
 * The most bytes of one request, as EventBridge counts them: 256 KB for all of its events together.
 * An event has a few kilobytes.
 */
const maxBytes = 262_144;

/** Attempts for the events of a request; EventBridge accepts some of them and throttles others. */
const maxAttempts = 4;

/** Pause before the second attempt, in milliseconds. It doubles for each further one. */
const firstPauseMs = 100;

/** `source` of the events at EventBridge. */
const eventSource = 'pod-identity-gateway';

/** How to reach an event bus. */
export interface EventBusSettings {
  readonly client: EventBridgeClient;
  /** Name or ARN. */
  readonly bus: string;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** An event bus of EventBridge. It keeps no order: `predecessorId` of the events has it. */
export function makeEventBus(settings: EventBusSettings): EventTarget {
  return {
    async send(events, deadline) {
      const results: SendResult[] = [];
      for (const batch of batchesOf(events.map((event) => entryOf(event, settings.bus)))) {
        results.push(...(await sendBatch(settings, batch, deadline)));
      }
      return results;
    },
  };
}

/** Sends up to ten events, and those again that EventBridge did not accept. */
async function sendBatch(
  { client, clock, sleep }: EventBusSettings,
  batch: readonly PutEventsRequestEntry[],
  deadline: number,
): Promise<SendResult[]> {
  const results = batch.map((): SendResult => ({ kind: 'held-back' }));
  for (let attempt = 1; attempt <= maxAttempts && clock() < deadline; attempt += 1) {
    if (attempt > 1) await sleep(firstPauseMs * 2 ** (attempt - 2));
    const open = batch.flatMap((entry, index) => (results[index]?.kind === 'sent' ? [] : [{ entry, index }]));
    if (open.length === 0) break;
    const answers = await put(
      client,
      open.map(({ entry }) => entry),
    );
    open.forEach(({ index }, position) => (results[index] = answers[position] ?? { kind: 'held-back' }));
  }
  return results;
}

async function put(client: EventBridgeClient, Entries: PutEventsRequestEntry[]): Promise<SendResult[]> {
  try {
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries }));
    return Entries.map((_, index): SendResult => {
      const { EventId, ErrorCode, ErrorMessage } = answers[index] ?? {};
      if (EventId !== undefined && ErrorCode === undefined) return { kind: 'sent' };
      return { kind: 'failed', reason: `EventBridge: ${ErrorCode ?? 'no answer'}: ${ErrorMessage ?? ''}` };
    });
  } catch (error) {
    return Entries.map(() => ({ kind: 'failed', reason: `EventBridge: ${String(error)}` }));
  }
}

function entryOf(event: GatewayEvent, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: eventSource,
    DetailType: detailTypeOf(event.type),
    Time: new Date(event.time),
    Resources: event.associationArn === null ? [] : [event.associationArn],
    Detail: JSON.stringify(event),
  };
}

/**
 * Size of an event as EventBridge counts it ("Calculating PutEvents event entry size" in its user
 * guide).
 */
function bytesOf({ Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number {
  const timeBytes = 14;
  return timeBytes + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''));
}

function batchesOf(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = batches.at(-1);
    bytes += bytesOf(entry);
    if (last !== undefined && last.length < maxEntries && bytes <= maxBytes) last.push(entry);
    else {
      batches.push([entry]);
      bytes = bytesOf(entry);
    }
  }
  return batches;
}
