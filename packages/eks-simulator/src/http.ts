import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';

/** Longest accepted body, in bytes. */
const maxBodyBytes = 1_048_576;

/**
 * Reads a body to its end. Refuses a body that is too long (413) or not UTF-8 (400). Returns null
 * when the client disconnects before the end.
 */
export async function readBody(request: IncomingMessage): Promise<string | Refusal | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Node's types leave the chunks of a stream open; without an encoding they are buffers.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // The rest of a long body is read but not stored: clients read the answer only after sending
      // the whole body.
      if (bytes <= maxBodyBytes) chunks.push(chunk);
    }
  } catch {
    return null;
  }
  if (bytes > maxBodyBytes) {
    return refusal(413, 'RequestEntityTooLargeException', `The request body is longer than ${maxBodyBytes} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return refusal(400, 'SerializationException', 'The request body is not UTF-8');
  }
}

/** How replies are written. */
export interface Protocol {
  readonly contentType: string;
  readonly bodyOf: (reply: Reply, requestId: string) => string;
}

/** The rest-json protocol, of EKS. */
export const jsonProtocol: Protocol = {
  contentType: 'application/json',
  bodyOf: (reply) => JSON.stringify(bodyOf(reply)),
};

/**
 * Returns a function that sends a reply in a protocol. `clock` returns milliseconds since the
 * epoch.
 */
export function sendReply(
  response: ServerResponse,
  requestId: string,
  clock: () => number,
  protocol: Protocol,
): (reply: Reply) => void {
  return (reply) => {
    // Clients correct their clock by this header, so it must come from the simulator's clock.
    response.setHeader('date', new Date(clock()).toUTCString());
    response.setHeader('content-type', protocol.contentType);
    response.setHeader('x-amzn-requestid', requestId);
    if (reply.kind === 'refused') response.setHeader('x-amzn-errortype', reply.exception);
    response.statusCode = reply.status;
    response.end(protocol.bodyOf(reply, requestId));
  };
}

function bodyOf(reply: Reply): object {
  if (reply.kind === 'answer') return reply.body;
  const { message, clusterName } = reply;
  return clusterName === undefined ? { message } : { clusterName, message };
}
