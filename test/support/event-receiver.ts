import type { GatewayEvent } from '../../src/events/event.ts';
import { signaturesOf } from '../../src/events/webhook.ts';
import { startAnsweringServer } from './answering-server.ts';
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
