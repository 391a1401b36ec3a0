import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { openDynamoDb } from '../../src/ledger/dynamodb/client.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const region = 'eu-central-1';
const command = () => new GetItemCommand({ TableName: 'table', Key: { key: { S: 'é' } } });
const item = { key: { S: 'found' } };

/** Answers in this order, then with the item. */
const answers: Answer[] = [];
const received: Received[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    received.push({ headers: request.headers, body });
    (answers.shift() ?? send(200, { Item: item }))(response);
  });
});
let endpoint = '';
let client: DynamoDBClient;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received.length = 0;
  client = openDynamoDb({ endpoint, region, credentials });
});
afterEach(() => client.destroy());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function send(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The time with which a request is signed. */
function signedAt(headers: IncomingHttpHeaders): Date {
  const time = String(headers['x-amz-date']);
  return new Date(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

const exception = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name });

describe('a client of DynamoDB', () => {
  test('signs each request as the SDK does, also with other credentials', async () => {
    const others = { ...credentials, secretAccessKey: 'other', sessionToken: 'another' };
    const rotated = openDynamoDb({ endpoint, region, credentials: others });
    for (const one of [client, client, rotated]) await one.send(command());
    rotated.destroy();
    for (const [place, { headers, body }] of received.entries()) {
      const signer = new SignatureV4({
        credentials: place < 2 ? credentials : others,
        region,
        service: 'dynamodb',
        sha256: Hash.bind(null, 'sha256'),
      });
      const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
      const signed = names.split(';').map((name) => [name, String(headers[name])] as const);
      const url = new URL(endpoint);
      const again = await signer.sign(
        {
          method: 'POST',
          protocol: 'http:',
          hostname: url.hostname,
          path: '/',
          headers: Object.fromEntries(signed),
          body,
        },
        { signingDate: signedAt(headers) },
      );
      expect(headers.authorization).toBe(again.headers.authorization);
      expect(names).toContain('x-amz-security-token');
    }
    expect(received).toHaveLength(3);
  });

  test.each([
    ['fails', 500, 'InternalServerError'],
    ['throttles', 400, 'ProvisionedThroughputExceededException'],
  ])('sends a request again where DynamoDB %s, at most three times', async (_what, status, name) => {
    answers.push(send(status, exception(name)), send(status, exception(name)));
    expect((await client.send(command())).Item).toEqual(item);
    expect(received).toHaveLength(3);
    answers.push(...Array.from({ length: 3 }, () => send(status, exception(name))));
    await expect(client.send(command())).rejects.toMatchObject({ name });
    expect(received).toHaveLength(6);
  });

  test.each(['InvalidSignatureException', 'RequestExpired'])(
    'signs with the time of DynamoDB after an answer %s',
    async (name) => {
      const ahead = Date.now() + 600_000;
      answers.push(send(400, exception(name), { date: new Date(ahead).toUTCString() }));
      expect((await client.send(command())).Item).toEqual(item);
      const times = received.map(({ headers }) => signedAt(headers).getTime());
      expect(Math.abs((times[1] ?? 0) - ahead)).toBeLessThan(60_000);
    },
  );

  test('rejects answers that are cut off, or not JSON', async () => {
    answers.push(...Array.from({ length: 3 }, () => send(200, '{"Item":{"key":', { 'content-length': '15' })));
    await expect(client.send(command())).rejects.toThrow();
    answers.length = 0;
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-length': '500' }).write('{');
      setImmediate(() => response.destroy());
    };
    answers.push(cut, cut, cut);
    await expect(client.send(command())).rejects.toThrow();
    answers.length = 0;
  });

  test('names the SDK, the service and Node.js, alike in each request', async () => {
    for (let count = 0; count < 2; count += 1) await client.send(command());
    const [first, second] = received.map(({ headers }) => headers['user-agent'] ?? '');
    expect(first).toMatch(
      /^aws-sdk-js\/3\.\d+\.\d+ ua\/[\d.]+ os\/linux#\S+ lang\/js md\/nodejs#24\.\S+ api\/DynamoDB#3\.\S+/,
    );
    expect(second).toBe(first);
  });
});
