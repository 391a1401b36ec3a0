import { verifyWebhook } from 'pod-identity-client';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import type { ApprovalEvent, makeApproverNews } from './approvers.ts';
import { failureLines } from './failures.ts';
import { knownPageUrl, pageButtons } from './page.ts';
import type { RequestDependencies, Requests } from './requests.ts';

/** What the bot reads of an event, see docs/events.md of the gateway. */
interface GatewayEvent extends ApprovalEvent {
  readonly id: string;
  readonly operationId: string;
  readonly endsAt?: string | null;
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
export function makeEventReceiver(
  { settings, slack, store, links }: RequestDependencies,
  requests: Requests,
  approvers: ReturnType<typeof makeApproverNews>,
) {
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
    if (event.type === 'ending.near') return tellEnd(event);
    await approvers.handle(event).catch((error: unknown) => failureLines(error));
    const token = await requests.tokenOf(event.operationId);
    if (token === null) return;
    if (event.type === 'change.released') return requests.release(token);
    if (waitEnds.has(event.type)) return requests.resumeWaiting(token);
    const isOpen = (await requests.read(token))?.state !== 'final';
    if (event.type === 'change.succeeded-late' || (ends.has(event.type) && isOpen)) await requests.resume(token);
  }

  async function isNew(id: string): Promise<boolean> {
    if ((await store.get(`event:${id}`)) !== null) return false;
    await store.set(`event:${id}`, { id }, seenSeconds);
    return true;
  }

  /** Tells who set the end of an association that it is near, or else the channel. */
  async function tellEnd({ id, principal, target, endsAt }: GatewayEvent): Promise<void> {
    const setter = await links.personOf(principal.id);
    const channel = setter?.user ?? settings.driftChannel;
    if (channel === undefined || !(await isNew(id))) return;
    const lines: Line[] = [
      [{ code: placeOf(target) }, ` in cluster ${target?.clusterName ?? 'unknown'}`],
      ['The gateway deletes the association ', ...(endsAt ? ['at ', { time: endsAt }] : ['soon']), '.'],
      ['To keep it, extend its expiry with the page or the command.'],
    ];
    const buttons = pageButtons(await knownPageUrl(store), 'entry', id);
    await slack.chat.postMessage({ channel, ...messageOf({ title: 'Access ends soon', lines, buttons }) });
  }

  async function tellDrift({ id, type, target }: GatewayEvent): Promise<void> {
    const { driftChannel } = settings;
    if (driftChannel === undefined || !(await isNew(id))) return;
    const card: Card = {
      title: type === 'drift.found' ? 'Changed outside of the gateway' : 'No longer different from the gateway',
      lines: [[{ code: placeOf(target) }, ` in cluster ${target?.clusterName ?? 'unknown'}`]],
    };
    await slack.chat.postMessage({ channel: driftChannel, ...messageOf(card) });
  }
}

const placeOf = (target: GatewayEvent['target']) =>
  target === null ? 'unknown' : `${target.namespace}/${target.serviceAccount}`;

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
