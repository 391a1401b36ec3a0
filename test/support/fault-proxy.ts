import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { storedApprovals } from '../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { listen } from './answering-server.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from './ledgers.ts';
import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';

/** A fault of one request. */
export type Fault =
  /** The proxy responds with an exception. DynamoDB does not receive the request. */
  | { readonly kind: 'answer'; readonly exception: string; readonly fields?: object }
  /** DynamoDB executes the request; the proxy closes the connection before the response. */
  | { readonly kind: 'lost-answer' }
  /** DynamoDB executes the request; the proxy responds with an exception instead. */
  | { readonly kind: 'other-answer'; readonly exception: string; readonly fields?: object }
  /** The proxy never responds. */
  | { readonly kind: 'silence' }
  /** The proxy sends the head of a response, and then nothing. */
  | { readonly kind: 'half-answer' }
  /** The proxy sends the head of a response byte by byte, and never completes it. */
  | { readonly kind: 'dripping' };

/** A request that the proxy received. */
interface SeenRequest {
  /** E.g. `TransactWriteItems`. */
  readonly operation: string;
  readonly body: Pick<QueryCommandInput, 'IndexName' | 'ConsistentRead' | 'Limit' | 'Select'> & {
    readonly ClientRequestToken?: string;
  };
  /** The response of DynamoDB; null if it has not responded or did not receive the request. */
  answer: Pick<QueryCommandOutput, 'Count' | 'ScannedCount'> | null;
}

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>;

/** Opens an empty ledger on DynamoDB behind a proxy, which sees its requests and can fail them. */
export async function openBehindProxy() {
  const tables = await openTables();
  const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
  const store = { client: dynamoDbClient({ endpoint: proxy.endpoint }), ...tables.names };
  const ledger = {
    ...makeDynamoDbLedger(store),
    ...storedAssociationReads(dynamoDbItems(store)),
    ...storedApprovals(dynamoDbItems(store)),
  };
  const close = async () => {
    ledger.close();
    await proxy.stop();
    await tables.close();
  };
  return { ledger, proxy, close };
}

/**
 * Starts a proxy to DynamoDB on a free port of the loopback address. Each request takes the first of `faults`; without one,
 * it is forwarded unchanged.
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
    const recorded: SeenRequest = { operation, body: JSON.parse(body), answer: null };
    seen.push(recorded);
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
      respond(outgoing, fault);
      return;
    }

    const response = await forward(endpoint, incoming, body);
    recorded.answer = JSON.parse(response.body);
    if (fault?.kind === 'other-answer') {
      respond(outgoing, fault);
      return;
    }
    if (fault?.kind === 'lost-answer') return void outgoing.destroy();
    outgoing.writeHead(response.status, { 'content-type': 'application/x-amz-json-1.0' }).end(response.body);
  }

  return { ...(await listen(server)), faults, seen };
}

function respond(outgoing: ServerResponse, fault: { readonly exception: string; readonly fields?: object }): void {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${fault.exception}`, Message: 'injected', ...fault.fields };
  outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

function drip(outgoing: ServerResponse): void {
  const { socket } = outgoing;
  socket?.write('HTTP/1.1 200 OK\r\nx-dripping: ');
  const dripping = setInterval(() => socket?.write('.'), 100);
  socket?.once('close', () => clearInterval(dripping)).on('error', () => clearInterval(dripping));
}

/** Forwards a request, with its method and headers. Returns the response. */
async function forward(endpoint: string, incoming: IncomingMessage, body: string) {
  const { method, headers } = incoming;
  const outgoing = request(endpoint, { ...(method === undefined ? {} : { method }), headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 500, body: await text(response) };
}
