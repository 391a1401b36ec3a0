import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';

/** What happens to one request on its way to DynamoDB. */
export type Fault =
  /** It is answered in DynamoDB's stead, which never sees it. */
  | { readonly kind: 'answer'; readonly exception: string; readonly fields?: object }
  /** DynamoDB carries it out, and the connection is cut before the answer. */
  | { readonly kind: 'lost-answer' }
  /** DynamoDB carries it out, and another answer is given. */
  | { readonly kind: 'other-answer'; readonly exception: string; readonly fields?: object }
  /** Nothing ever comes back. */
  | { readonly kind: 'silence' }
  /** The head of an answer, and then nothing. */
  | { readonly kind: 'half-answer' }
  /** The head of an answer, a byte now and then, and never its end. */
  | { readonly kind: 'dripping' };

/** A request that came by. */
export interface SeenRequest {
  /** E.g. `TransactWriteItems`. */
  readonly operation: string;
  readonly body: Pick<QueryCommandInput, 'IndexName' | 'ConsistentRead' | 'Limit' | 'Select'> & {
    readonly ClientRequestToken?: string;
  };
  /** What DynamoDB answered; null when it has not, or was not asked. */
  answer: Pick<QueryCommandOutput, 'Count' | 'ScannedCount'> | null;
}

/**
 * Stands between a client and DynamoDB on a free port. The requests meet `faults` in their order, one each; what comes
 * after the last goes through.
 */
export async function startFaultProxy(endpoint: string) {
  const faults: Fault[] = [];
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fault = faults.shift();
    const body = await text(incoming);
    const [, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const came: SeenRequest = { operation, body: JSON.parse(body), answer: null };
    seen.push(came);
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'half-answer') {
      outgoing.writeHead(200, { 'content-length': '2' }).flushHeaders();
      return;
    }
    if (fault?.kind === 'dripping') {
      drip(outgoing);
      return;
    }
    if (fault?.kind === 'answer') {
      answer(outgoing, fault);
      return;
    }

    const response = await forward(endpoint, incoming, body);
    came.answer = JSON.parse(response.body);
    if (fault?.kind === 'other-answer') {
      answer(outgoing, fault);
      return;
    }
    if (fault?.kind === 'lost-answer') return void outgoing.destroy();
    outgoing.writeHead(response.status, { 'content-type': 'application/x-amz-json-1.0' }).end(response.body);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { endpoint: `http://127.0.0.1:${address.port}`, faults, seen, stop };
}

function answer(outgoing: ServerResponse, fault: { readonly exception: string; readonly fields?: object }): void {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${fault.exception}`, Message: 'injected', ...fault.fields };
  outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

function drip(outgoing: ServerResponse): void {
  const { socket } = outgoing;
  socket?.write('HTTP/1.1 200 OK\r\nx-dripping: ');
  const dripping = setInterval(() => socket?.write('.'), 100);
  socket?.once('close', () => clearInterval(dripping)).on('error', () => clearInterval(dripping));
}

/** Sends a request on, with its method and headers, and gives what comes back. */
async function forward(endpoint: string, incoming: IncomingMessage, body: string) {
  const { method, headers } = incoming;
  const outgoing = request(endpoint, { ...(method === undefined ? {} : { method }), headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 500, body: await text(response) };
}
