/** A delivery of a webhook, as it was received. */
export interface WebhookDelivery {
  /** The headers by their names in lower case, or a `Headers` object. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> | Headers;
  /**
   * The body exactly as it was received: JSON that was parsed and written again has another
   * signature.
   */
  readonly body: string;
}

/** How a delivery is verified. */
export interface WebhookVerification {
  /**
   * The secrets of the webhook, `whsec_` and base64: during a rotation, the old one and the new
   * one.
   */
  readonly secrets: readonly string[];
  /** How far the clocks of sender and receiver may differ, in seconds. Default: 300. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since the epoch. Default: the clock of the machine. */
  readonly clock?: () => number;
}

/**
 * A delivery that is not from the gateway, or too old: answer it with status 400, and do not use
 * its content.
 */
export class WebhookVerificationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookVerificationError';
  }
}

const secretPrefix = 'whsec_';
const signaturePrefix = 'v1,';

/**
 * The event of a delivery, after its signature and its time are verified, by the rules of Standard
 * Webhooks (https://www.standardwebhooks.com). Signatures are compared by WebCrypto, in a time that
 * does not depend on them. Throws a {@link WebhookVerificationError}. An event can arrive more than
 * once: drop those whose `id` you have.
 */
export async function verifyWebhook(delivery: WebhookDelivery, verification: WebhookVerification): Promise<unknown> {
  const { secrets, toleranceSeconds = 300, clock = Date.now } = verification;
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(delivery, `webhook-${name}`),
  ) as [string, string, string];
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : NaN;
  if (!(Math.abs(clock() / 1_000 - seconds) <= toleranceSeconds)) {
    throw new WebhookVerificationError('The time of the delivery is too far from that of this machine.');
  }
  const content = new TextEncoder().encode(`${id}.${timestamp}.${delivery.body}`);
  for (const secret of secrets) {
    const key = await keyOf(secret);
    for (const signature of signatures.split(' ').filter((one) => one.startsWith(signaturePrefix))) {
      const bytes = bytesOf(signature.slice(signaturePrefix.length));
      if (bytes !== null && (await crypto.subtle.verify('HMAC', key, bytes, content))) return parse(delivery.body);
    }
  }
  throw new WebhookVerificationError('No signature of the delivery is by one of the secrets.');
}

function headerOf({ headers }: WebhookDelivery, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`The delivery has no header ${name}.`);
}

/** A key of WebCrypto. */
type Key = Parameters<typeof crypto.subtle.verify>[1];

async function keyOf(secret: string): Promise<Key> {
  const bytes = secret.startsWith(secretPrefix) ? bytesOf(secret.slice(secretPrefix.length)) : null;
  if (bytes === null || bytes.length === 0) throw new TypeError('A secret of a webhook is whsec_ and base64.');
  return await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

/** The bytes of a text in base64; null if it is not. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new WebhookVerificationError('The body of the delivery is not JSON.');
  }
}
