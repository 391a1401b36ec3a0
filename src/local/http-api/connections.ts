import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gatewayAnswer } from './answer.ts';

/** The connections of a server, and what goes on in them. */
export interface Connections {
  /** Notes a request as under way until `work` is settled; `work` must not reject. */
  track(work: Promise<void>, response: ServerResponse): void;
  /** Once true, an answer must end its connection. */
  isClosing(): boolean;
  /**
   * Stops listening, cuts the connections without a request, waits for the work under way and its connections, but no
   * longer than `graceMs`, and cuts what is left then.
   */
  close(graceMs: number): Promise<void>;
}

/** Watches a server's connections from their beginning; to be called before the server listens. */
export function trackConnections(server: Server): Connections {
  // Node.js can close idle connections, but takes one that has sent nothing yet (browsers open such) for a busy one.
  const responses = new Map<Duplex, Set<ServerResponse>>();
  const work = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;

  server.on('connection', (socket) => {
    responses.set(socket, new Set());
    socket.on('close', () => responses.delete(socket));
  });
  server.on('clientError', (error, socket) => {
    const hasAnswered = [...(responses.get(socket) ?? [])].some(({ headersSent }) => headersSent);
    refuse(error, socket, hasAnswered);
  });

  async function closeAll(graceMs: number): Promise<void> {
    // `server.close` calls this; it would cut the connections whose answer is made, but not wholly sent.
    server.closeIdleConnections = () => undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const [socket, underWay] of responses) if (underWay.size === 0) socket.destroy();
    const done = closed.then(() => Promise.all(work));
    const graceOver = new AbortController();
    await Promise.race([done, delay(graceMs, undefined, { signal: graceOver.signal }).catch(() => undefined)]);
    graceOver.abort();
    server.closeAllConnections();
    await closed;
  }

  return {
    track(promise, response) {
      work.add(promise);
      void promise.finally(() => work.delete(promise));
      // Of the request: a response that waits behind another one of its connection has no socket yet.
      const { socket } = response.req;
      const underWay = responses.get(socket);
      underWay?.add(response);
      response.on('close', () => {
        underWay?.delete(response);
        if (closing !== null && underWay?.size === 0) socket.destroySoon();
      });
    },
    isClosing: () => closing !== null,
    close: (graceMs) => (closing ??= closeAll(graceMs)),
  };
}

/** Answers what isn't HTTP, or came too slowly, and ends the connection; nothing can be read from it any more. */
function refuse(error: Error & { code?: string }, socket: Duplex, hasAnswered: boolean): void {
  if (hasAnswered) {
    socket.destroy();
    return;
  }
  const [status, message] = refusals[error.code ?? ''] ?? ([400, 'Bad Request'] as const);
  const { body } = gatewayAnswer(status, message);
  const head = `HTTP/1.1 ${status} ${message}\r\nconnection: close\r\ncontent-type: application/json`;
  socket.end(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body.toString()}`, () => socket.destroy());
}

const refusals: Partial<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};
