import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A received request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Starts an HTTP server on a free port of the loopback address. `answer` responds to each request. */
export async function startAnsweringServer(answer: (response: ServerResponse, seen: SeenRequest) => void) {
  const seen: SeenRequest[] = [];
  const server = createServer((message, response) => {
    void text(message).then((body) => {
      const request = { method: message.method ?? '', path: message.url ?? '', headers: message.headers, body };
      seen.push(request);
      answer(response, request);
    });
  });
  return { ...(await listen(server)), seen };
}

/** Makes a server listen on a free port of the loopback address. `stop` also ends its connections. */
export async function listen(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { endpoint: `http://127.0.0.1:${address.port}`, stop };
}

/** Responds with an error in the format of EKS. */
export function answerError(response: ServerResponse, status: number, exception: string, message: string): void {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-errortype': exception,
    'x-amzn-requestid': 'request-1',
  };
  response.writeHead(status, headers).end(JSON.stringify({ message }));
}
