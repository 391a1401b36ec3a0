import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';

/** Longest body, bytes. */
const maxBodyBytes = 1_048_576;

/**
 * Reads a body to its end. A refusal when it is too long (413) or no UTF-8 (400); null when the client left before it had
 * sent the whole of it.
 */
export async function readBody(request: IncomingMessage): Promise<string | Refusal | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Node's types leave open what a stream gives; a request without an encoding set gives buffers.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // What is too long is read all the same, but not kept: a client reads the answer only once it has sent everything.
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

/** A function that sends a reply as rest-json has it. `clock` gives milliseconds since the epoch. */
export function sendReply(response: ServerResponse, requestId: string, clock: () => number): (reply: Reply) => void {
  return (reply) => {
    // Clients may set their own clock by this header, so it must be the simulator's.
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
