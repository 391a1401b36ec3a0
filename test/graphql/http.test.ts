import { makeHandler } from '../../src/graphql/handler.ts';
import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { iamEvent, jwtEvent } from '../support/lambda-event.ts';

let ledger: Ledger;
let gateway: Gateway;

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
});

beforeEach(() => void gateway.logged.splice(0));

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

const body = JSON.stringify({ query: '{ viewer { id } }' });

async function send(method: string, headers: Record<string, string> = {}, text: string | null = null) {
  const authorization = `Bearer ${await gateway.tokenOf('alice')}`;
  return fetch(`${gateway.url}/graphql`, { method, body: text, headers: { authorization, ...headers } });
}

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s gets 405, which names the method that is right', async (method) => {
  const response = await send(method, { 'content-type': 'application/json' }, method === 'GET' ? null : body);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message: expect.stringContaining('with POST'),
        extensions: { code: 'METHOD_NOT_ALLOWED', requestId: expect.any(String), retryable: false },
      },
    ],
  });
  expect(gateway.logged).toMatchObject([{ level: 'warn', fields: { route: `${method} /graphql`, status: 405 } }]);
});

test('HEAD gets 405 without a body', async () => {
  const response = await send('HEAD');
  expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([405, 'POST', '']);
});

test.each([
  'text/plain',
  'text/html',
  'application/graphql',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=iso-8859-1',
  'application/json5',
])('the content type %s gets 415, which names the one that is right', async (type) => {
  const response = await send('POST', { 'content-type': type }, body);
  expect(response.status).toBe(415);
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message: expect.stringContaining('content-type application/json'),
        extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      },
    ],
  });
});

test.each(['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"'])(
  'the content type %s is accepted',
  async (type) => {
    expect((await send('POST', { 'content-type': type }, body)).status).toBe(200);
  },
);

test('an answer that the client does not accept gets 406 as JSON', async () => {
  const response = await send('POST', { 'content-type': 'application/json', accept: 'image/png' }, body);
  expect(response.status).toBe(406);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test.each([
  ['POST', 200],
  ['GET', 405],
])('an answer to %s has headers for browsers', async (method, status) => {
  const response = await send(method, { 'content-type': 'application/json' }, method === 'POST' ? body : null);
  expect(response.status).toBe(status);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(response.headers.has('strict-transport-security')).toBe(false);
});

test.each([
  ['a JWT', () => jwtEvent('alice', '{ viewer { id } }')],
  ['a signature', () => iamEvent('{ viewer { id } }')],
])('behind HTTPS, the answer to a request with %s tells browsers to use nothing else', async (_, eventOf) => {
  const event = await eventOf();
  const handler = makeHandler(gateway.deps, () => ({ kind: 'unauthenticated', message: 'No identity.' }));
  const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 29_000);
  const https = { ...event, headers: { ...event.headers, 'x-forwarded-proto': 'https' } };
  const { headers } = await handler(https, context);
  expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=63072000; includeSubDomains' });
});
