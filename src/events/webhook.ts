import { createHmac } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { makeSlots } from '../runtime/slots.ts';
import type { EventTarget, SendResult } from './deliver.ts';
import type { GatewayEvent } from './event.ts';

// Deliveries follow Standard Webhooks 1.0.0:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/** Operations whose events are sent at the same time. */
const concurrentOperations = 8;

/** How long the receiver may take to answer. Milliseconds. */
const answerMs = 5_000;

/** Attempts for one event in one call; the caller repeats it later. */
const maxAttempts = 3;

/**
 * Pause before the second attempt, in milliseconds. It doubles for the third; jitter cuts up to
 * half of it.
 */
const firstPauseMs = 500;

/** A receiver of events. */
export interface WebhookSettings {
  /** An https URL; http on this machine only, see {@link webhookUrlProblem}. */
  readonly url: string;
  /**
   * The secrets that sign, see {@link parseSecrets}. Read for each call, so that a rotation needs
   * no restart.
   */
  readonly secrets: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * An HTTPS endpoint. The events of an operation are sent one after the other; after a failure, no
 * later one of it is.
 */
export function makeWebhook(settings: WebhookSettings): EventTarget {
  return {
    async send(events, deadline) {
      const results = events.map((): SendResult => ({ kind: 'held-back' }));
      const operations = Map.groupBy(
        events.map((event, index) => ({ event, index })),
        ({ event }) => event.operationId,
      );
      let secrets: readonly string[];
      try {
        secrets = await settings.secrets();
      } catch (error) {
        return events.map(() => ({ kind: 'failed', reason: `The secret can't be read: ${String(error)}` }));
      }
      const inSlot = makeSlots(concurrentOperations);
      const sendOperation = async (ofOperation: readonly { event: GatewayEvent; index: number }[]) => {
        for (const { event, index } of ofOperation) {
          const result = await sendEvent(settings, secrets, event, deadline);
          results[index] = result;
          if (result.kind !== 'sent') return;
        }
      };
      await Promise.all([...operations.values()].map((one) => inSlot(() => sendOperation(one))));
      return results;
    },
  };
}

async function sendEvent(
  { url, clock, sleep }: WebhookSettings,
  secrets: readonly string[],
  event: GatewayEvent,
  deadline: number,
): Promise<SendResult> {
  const body = JSON.stringify(event);
  let result: SendResult = { kind: 'held-back' };
  for (let attempt = 1; attempt <= maxAttempts && clock() + answerMs < deadline; attempt += 1) {
    if (attempt > 1) await sleep(firstPauseMs * 2 ** (attempt - 2) * (1 - Math.random() / 2));
    const timestamp = Math.floor(clock() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'pod-identity-gateway',
      'webhook-id': event.entryId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signaturesOf(secrets, event.entryId, timestamp, body),
    };
    const status = await post(url, headers, body);
    if (typeof status === 'number' && status >= 200 && status < 300) return { kind: 'sent' };
    result = { kind: 'failed', reason: typeof status === 'number' ? `The webhook answered ${status}.` : status };
    // What the receiver rejects, it rejects again at once.
    if (typeof status === 'number' && status < 500 && status !== 408 && status !== 429) break;
  }
  return result;
}

/**
 * The status of the answer, or why there is none. A redirect is not followed: its target was never
 * checked.
 */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(answerMs);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return `The webhook did not answer: ${String(error)}${cause}`;
  }
}

/** The header `webhook-signature`: a signature by each secret, separated by spaces. */
export function signaturesOf(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ');
}

const secretPrefix = 'whsec_';

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(secretPrefix.length), 'base64');
}

/**
 * One or two secrets of a text, separated by spaces: during a rotation both sign. Throws an Error
 * that does not contain them.
 */
export function parseSecrets(text: string): string[] {
  const secrets = text.split(/\s+/).filter((secret) => secret !== '');
  const isValid = (secret: string) => {
    const bytes = keyOf(secret).length;
    return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && bytes >= 24 && bytes <= 64;
  };
  if (secrets.length < 1 || secrets.length > 2 || !secrets.every(isValid)) {
    throw new Error('Give one or two secrets, separated by a space: whsec_ and 24 to 64 bytes in base64.');
  }
  return secrets;
}

/** Why events can't be sent to a URL; null if they can. */
export function webhookUrlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    return 'set it to an https URL, such as https://hooks.example/pod-identity; http is possible on this machine only';
  }
  return url.username === '' && url.password === '' ? null : 'leave out the password: events are signed';
}
