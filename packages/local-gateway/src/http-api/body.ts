import type { IncomingMessage } from 'node:http';

/** The result of reading a body. */
export type BodyRead =
  | { readonly kind: 'read'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  /** The connection closed before the body was complete. */
  | { readonly kind: 'dropped' };

/** Up to this multiple of the limit, the rest of a body that is too large is read and discarded. */
const drainFactor = 4;

/**
 * Reads a request's body of at most `maxBytes`. The rest of a body that is too large is read and
 * discarded up to a limit: a client that is still sending when the connection closes gets a
 * connection error in place of the response.
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
