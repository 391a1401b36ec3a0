import type { IncomingMessage } from 'node:http';

/** How the reading of a body ended. */
export type BodyRead =
  | { readonly kind: 'read'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  /** The client went away, or was cut off, before all was there. */
  | { readonly kind: 'dropped' };

/** How often the limit a body that is too large may be read and thrown away. */
const drainFactor = 4;

/**
 * Reads a request's body, of at most `maxBytes`. The rest of one that is too large is thrown away, up to a bound: a
 * client that is still sending when the connection closes sees a broken connection in place of the answer.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    if (request.destroyed) resolve({ kind: 'dropped' });
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (length > maxBytes * drainFactor) resolve({ kind: 'too-large' });
    });
    request.on('end', () => {
      resolve(length > maxBytes ? { kind: 'too-large' } : { kind: 'read', body: Buffer.concat(chunks, length) });
    });
    request.on('close', () => resolve({ kind: 'dropped' }));
  });
}
