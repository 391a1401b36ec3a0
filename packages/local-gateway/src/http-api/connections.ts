import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gatewayAnswer } from './answer.ts';

/** The connections of a server and their requests in progress. */
export interface Connections {
  /** Counts a request as in progress until `work` resolves; `work` must not reject. */
  track(work: Promise<void>, response: ServerResponse): void;
  /** Once true, a response must end its connection. */
  isClosing(): boolean;
  /**
   * Stops listening, closes the connections without a request, waits up to `graceMs` for the
   * requests in progress and their connections, and closes the rest.
   */
  close(graceMs: number): Promise<void>;
}

/** Tracks all connections of a server. Call it before the server listens. */
export function trackConnections(server: Server): Connections {
  // Node.js can close idle connections, but treats one that has sent nothing yet (browsers open
  // such) as busy.
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
    // `server.close` calls this; it would close connections whose response is not completely sent
    // yet.
    server.closeIdleConnections = () => undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const [socket, inProgress] of responses) if (inProgress.size === 0) socket.destroy();
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
      // The request's socket: a pipelined response has none until the one before it is sent.
      const { socket } = response.req;
      const inProgress = responses.get(socket);
      inProgress?.add(response);
      response.on('close', () => {
        inProgress?.delete(response);
        if (closing !== null && inProgress?.size === 0) socket.destroySoon();
      });
    },
    isClosing: () => closing !== null,
    close: (graceMs) => (closing ??= closeAll(graceMs)),
  };
}

/** Responds to input that is not HTTP or arrives too slowly, and ends the connection. */
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
