import { verifyWebhook } from 'pod-identity-client';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from './blocks.ts';
import type { Card } from './blocks.ts';
import { failureLines } from './failures.ts';
import type { RequestDependencies, Requests } from './requests.ts';

/** What the bot reads of an event, see docs/events.md of the gateway. */
interface GatewayEvent {
  readonly id: string;
  readonly type: string;
  readonly operationId: string;
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
}

/** The largest body that is read: an event has some kilobytes. Bytes. */
const largestBody = 262_144;
const seenSeconds = 2 * 24 * 3_600;

/** Events after which a request has its last answer: to send it again is a replay. */
const ends = new Set(['change.succeeded', 'change.refused', 'approval.rejected']);

/**
 * Events that end the wait for an approval: the request is sent again, and makes the change or is
 * answered that it was not approved.
 */
const waitEnds = new Set(['approval.approved', 'approval.expired']);

/** The receiver of the gateway's webhook. A redelivery is harmless: it shows the same again. */
export function makeEventReceiver({ settings, slack, store }: RequestDependencies, requests: Requests) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let event: GatewayEvent;
    try {
      const body = await bodyOf(request);
      const verification = { secrets: settings.gateway.webhookSecrets };
      event = (await verifyWebhook({ headers: request.headers, body }, verification)) as GatewayEvent;
    } catch {
      response.writeHead(400).end();
      return;
    }
    // Within five seconds, and the work afterwards: what a crash loses is looked up at the next
    // start.
    response.writeHead(204).end();
    await handle(event).catch((error: unknown) => failureLines(error));
  };

  async function handle(event: GatewayEvent): Promise<void> {
    if (event.type.startsWith('drift.')) return tellDrift(event);
    const token = await requests.tokenOf(event.operationId);
    if (token === null) return;
    if (event.type === 'change.released') return requests.release(token);
    if (waitEnds.has(event.type)) return requests.resumeWaiting(token);
    const isOpen = (await requests.read(token))?.state !== 'final';
    if (event.type === 'change.succeeded-late' || (ends.has(event.type) && isOpen)) await requests.resume(token);
  }

  async function tellDrift({ id, type, target }: GatewayEvent): Promise<void> {
    const { driftChannel } = settings;
    if (driftChannel === undefined || (await store.get(`event:${id}`)) !== null) return;
    await store.set(`event:${id}`, { id }, seenSeconds);
    const place = target === null ? 'unknown' : `${target.namespace}/${target.serviceAccount}`;
    const card: Card = {
      title: type === 'drift.found' ? 'Changed outside of the gateway' : 'No longer different from the gateway',
      lines: [[{ code: place }, ` in cluster ${target?.clusterName ?? 'unknown'}`]],
    };
    await slack.chat.postMessage({ channel: driftChannel, ...messageOf(card) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
