import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';

/** Longest accepted body, in bytes. */
const maxBodyBytes = 1_048_576;

/**
 * Reads a body to its end. Refuses a body that is too long (413) or not UTF-8 (400). Returns null when the client
 * disconnects before the end.
 */
export async function readBody(request: IncomingMessage): Promise<string | Refusal | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Node's types leave the chunks of a stream open; without an encoding they are buffers.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // The rest of a long body is read but not stored: clients read the answer only after sending the whole body.
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

/** Returns a function that sends a reply in the rest-json protocol. `clock` returns milliseconds since the epoch. */
export function sendReply(response: ServerResponse, requestId: string, clock: () => number): (reply: Reply) => void {
  return (reply) => {
    // Clients correct their clock by this header, so it must come from the simulator's clock.
    response.setHeader('date', new Date(clock()).toUTCString());
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-amzn-requestid', requestId);
    if (reply.kind === 'refused') response.setHeader('x-amzn-errortype', reply.exception);
    response.statusCode = reply.status;
    response.end(JSON.stringify(bodyOf(reply)));
  };
}

function bodyOf(reply: Reply): object {
  if (reply.kind === 'answer') return reply.body;
  const { message, clusterName } = reply;
  return clusterName === undefined ? { message } : { clusterName, message };
}
