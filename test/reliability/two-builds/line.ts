import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { listen } from '../../support/answering-server.ts';
import type { WireRequest } from '../matrix/steps.ts';

/** A message on a line: a request, or the answer to one. */
export interface Message {
  readonly request: WireRequest;
  /** HTTP status of the answer; null: the message is the request. */
  readonly status: number | null;
}

/** Whether a message is passed on. One that is not waits for ever, until a side of the line is gone. */
export type Watch = (message: Message) => boolean;

/** A line to a server, on which every message is seen. */
export interface Line {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Opens a line on this machine. `target` is looked up for each request; null: nobody answers there. */
export async function openLine(target: () => string | null, watch: Watch = () => true): Promise<Line> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    forward({ target, watch, agent }, incoming, outgoing).catch(() => outgoing.destroy());
  });
  const { endpoint, stop } = await listen(server);
  const close = async () => {
    await stop();
    agent.destroy();
  };
  return { endpoint, close };
}

interface LineParts {
  readonly target: () => string | null;
  readonly watch: Watch;
  readonly agent: Agent;
}

async function forward(
  { target, watch, agent }: LineParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '', headers } = incoming;
  const body = await buffer(incoming);
  const request = { method, url, target: headers['x-amz-target']?.toString() ?? null, body: body.toString() };
  if (!watch({ request, status: null })) return;
  const to = target();
  if (to === null) throw new Error('Nothing runs.');
  const sent = httpRequest(new URL(url, to), { method, headers, agent });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await buffer(response);
  const { statusCode: status = 500 } = response;
  if (watch({ request, status })) outgoing.writeHead(status, response.headers).end(answer);
}
