import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '../../support/answering-server.ts';

/** A line to a server. Once it is cut, no request passes, and no answer: what uses it counts as killed. */
export interface Line {
  readonly endpoint: string;
  readonly cut: () => Promise<void>;
}

/** Opens a line to a server on this machine. */
export async function openLine(target: string): Promise<Line> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => forward(target, agent, incoming, outgoing));
  const { endpoint, stop } = await listen(server);
  const cut = async () => {
    agent.destroy();
    await stop();
  };
  return { endpoint, cut };
}

function forward(target: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method = 'GET', url = '', headers } = incoming;
  const forwarded = request(new URL(url, target), { method, headers, agent }, (response) => {
    outgoing.writeHead(response.statusCode ?? 500, response.headers);
    response.on('error', () => outgoing.destroy()).pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
}
