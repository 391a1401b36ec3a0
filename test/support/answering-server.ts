import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request that came, as far as tests look at it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on a free port that answers each request as the test says. */
export async function startAnsweringServer(answer: (response: ServerResponse, seen: SeenRequest) => void) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      answer(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { endpoint: `http://127.0.0.1:${address.port}`, seen, stop };
}

/** An error as EKS writes it. */
export function answerError(response: ServerResponse, status: number, exception: string, message: string): void {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-errortype': exception,
    'x-amzn-requestid': 'request-1',
  };
  response.writeHead(status, headers).end(JSON.stringify({ message }));
}
