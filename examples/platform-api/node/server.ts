import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { makeGatewayClient, sigV4 } from 'pod-identity-client';
import { inProgress, placeOrder } from './orders.ts';
import type { Answer, Order } from './orders.ts';

const { GATEWAY_URL, AWS_REGION, ROLE_ARN = '', PORT = '8080' } = process.env;
const answerMs = Number(process.env.ANSWER_SECONDS ?? 10) * 1_000;
const followMs = Number(process.env.FOLLOW_SECONDS ?? 600) * 1_000;

const client = makeGatewayClient({
  url: GATEWAY_URL ?? '',
  authentication: sigV4({ credentials: fromNodeProviderChain(), region: AWS_REGION }),
  // An operation in doubt takes up to 7 minutes.
  retries: { maxAttempts: Infinity, maxElapsedMs: followMs },
});

const longestOrder = 10_000;

const rejected = (status: number, message: string): Answer => ({
  status,
  retryAfterSeconds: null,
  body: { state: 'rejected', message },
});

/** The body of a request; null if it is longer than an order. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestOrder) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The order of a request; an answer if it is not one. */
async function readOrder(request: IncomingMessage): Promise<Order | Answer> {
  const [, id] = /^\/orders\/([\w.-]{1,100})$/.exec(request.url ?? '') ?? [];
  if (request.method !== 'PUT' || id === undefined) return rejected(404, 'Orders are sent with PUT /orders/ID.');
  const person = request.headers['x-forwarded-email'];
  if (typeof person !== 'string' || person === '') return rejected(401, 'The proxy has not authenticated a person.');
  const text = await readBody(request).catch(() => '');
  if (text === null) return rejected(413, `An order has at most ${longestOrder} bytes.`);
  const { cluster, namespace, service, team } = (parsed(text) ?? {}) as Record<string, unknown>;
  const fields = { cluster, namespace, service, team };
  const missing = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [] : name,
  );
  if (missing.length > 0) return rejected(400, `The order lacks ${missing.join(', ')}.`);
  return { ...(fields as Omit<Order, 'id' | 'person'>), id, person };
}

/** Answers in time for HTTP. What takes longer goes on: the log has its end, and the same order sent again gets it. */
async function answerTo(request: IncomingMessage): Promise<Answer> {
  const order = await readOrder(request);
  if ('status' in order) return order;
  let lastReason: string | null = null;
  const placed = placeOrder(client, ROLE_ARN, order, (reason) => (lastReason = reason))
    .catch((error: unknown): Answer => {
      console.error(error);
      return { status: 500, retryAfterSeconds: null, body: { state: 'failed', message: 'The platform has an error.' } };
    })
    .then((answer) => {
      console.log(JSON.stringify({ order: order.id, person: order.person, ...answer.body }));
      return answer;
    });
  return Promise.race([placed, sleep(answerMs, null, { ref: false }).then(() => inProgress(null, lastReason))]);
}

const server = createServer((request, response) => {
  void answerTo(request).then(({ status, retryAfterSeconds, body }) => {
    if (retryAfterSeconds !== null) response.setHeader('retry-after', retryAfterSeconds);
    // What is left of a body that is too long is not read.
    if (status === 413) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
});

// Only the proxy on the same host, which authenticates people, may send orders.
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`Listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}`);
});
// An order that is followed meanwhile is safe to leave: sent again, it is followed again.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
