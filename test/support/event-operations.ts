import { isSelected } from '../../src/events/event.ts';
import type { GatewayEvent } from '../../src/events/event.ts';
import { signaturesOf } from '../../src/events/webhook.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { startAnsweringServer } from './answering-server.ts';
import { auditEntry } from './ledger-samples.ts';
import { closeAtEnd } from './left-open.ts';

/** A secret of a webhook. */
export const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** A webhook that keeps what it received, and finds what is wrong with it. `statusOf` answers an event, by the number of requests so far. */
export async function openEventReceiver(statusOf: (count: number, event: GatewayEvent) => number = () => 204) {
  /** The events that were accepted, by `id`, in the order of their first arrival. */
  const received = new Map<string, GatewayEvent>();
  const problems: string[] = [];
  let requests = 0;
  const server = await startAnsweringServer((response, { headers, body }) => {
    server.seen.length = 0;
    requests += 1;
    const event = JSON.parse(body) as GatewayEvent;
    const signature = signaturesOf([webhookSecret], event.entryId, Number(headers['webhook-timestamp']), body);
    if (headers['webhook-signature'] !== signature) problems.push(`${event.id} has a wrong signature`);
    const status = statusOf(requests, event);
    if (status < 300) accept(event);
    response.writeHead(status).end();
  });
  const accept = (event: GatewayEvent) => {
    const { id, operationId, predecessorId } = event;
    const known = received.get(id);
    if (known === undefined) {
      if (predecessorId !== null && !received.has(`${operationId}.${predecessorId}`))
        problems.push(`${id} arrived before its predecessor ${predecessorId}`);
      received.set(id, event);
    } else if (JSON.stringify(known) !== JSON.stringify(event)) problems.push(`${id} differs from its repetition`);
  };
  const stop = closeAtEnd(server.stop);
  return { url: `${server.endpoint}/events`, received, problems, requests: () => requests, stop };
}

/** The events of operations in the order in which they are written, with the fences of their lease holders. */
const courses: readonly (readonly (readonly [AuditEvent, number | null])[])[] = [
  [
    ['INTENT', 1],
    ['SUCCEEDED', 1],
    ['REPLAYED', null],
  ],
  [
    ['INTENT', 1],
    ['UNKNOWN', 1],
    ['CONTENDED', null],
    ['TAKEN_OVER', 2],
    ['UNKNOWN', 2],
    ['TAKEN_OVER', 3],
    ['SUCCEEDED', 3],
  ],
  [
    ['INTENT', 1],
    ['UNKNOWN', 1],
    ['TAKEN_OVER', 2],
    ['REFUSED', 2],
    ['LATE_SUCCESS', 1],
  ],
  [['DENIED', null]],
  [['INVALID', null]],
];

/** The entries of operations until `count` of them become events. Operations run beside each other, as those of a gateway. */
export function entriesOfOperations(count: number): AuditEntry[] {
  const lanes = Array.from({ length: 7 }, (_, lane) => ({ course: lane, left: [] as AuditEntry[] }));
  const entries: AuditEntry[] = [];
  let events = 0;
  for (let turn = 0; events < count; turn += 1) {
    const lane = lanes[turn % lanes.length];
    if (lane === undefined) continue;
    if (lane.left.length === 0) {
      lane.course += 1;
      const { operationId } = auditEntry();
      const course = courses[lane.course % courses.length] ?? [];
      lane.left = course.map(([event, fence]) => auditEntry({ operationId, event, fence }));
    }
    const entry = lane.left.shift();
    if (entry === undefined) continue;
    entries.push(entry);
    if (isSelected(entry, 1)) events += 1;
  }
  return entries;
}

/** The ids of the events of entries, sorted. */
export function eventIdsOf(entries: readonly AuditEntry[]): string[] {
  return entries
    .filter((entry) => isSelected(entry, 1))
    .map(auditEntryId)
    .sort();
}
