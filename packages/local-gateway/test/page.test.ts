import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { startLocalGateway } from '../src/index.ts';
import { readLocalSettings } from '../src/settings.ts';

const policiesDirectory = 'policies';
const allowed = 'https://console.example';
const eksEndpoint = 'http://127.0.0.1:1';
const start = async (settings: Record<string, string> = {}) => {
  const gateway = await startLocalGateway({ policiesDirectory, settings: { CORS_ORIGINS: allowed, ...settings } });
  closeAtEnd(gateway.close);
  return gateway;
};

let gateway: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  gateway = await start();
});

interface Sent {
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Sends what the page sends, with other headers and another body. By hand, because `fetch` does not let a program set Host and Origin. */
async function askForToken({ body = '{"principal":"alice"}', headers = {} }: Sent = {}) {
  const url = new URL('/page/token', gateway.url);
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  sent.end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', resolve);
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    answer: (await json(response)) as { token?: string },
  };
}

describe('the token of an example principal', () => {
  it('is given to the page of the gateway, and accepted by the API', async () => {
    const { origin } = new URL(gateway.url);
    const { status, headers, answer } = await askForToken({ headers: { origin } });
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${answer.token}`, 'content-type': 'application/json' },
      body: '{"query":"{ viewer { id kind } }"}',
    });
    const viewer = { id: 'https://issuer.example#alice', kind: 'USER' };
    expect(await response.json()).toEqual({ data: { viewer } });
  });

  it.each([
    ['another site', { origin: 'https://attacker.example' }, 403],
    ['a frame without an origin', { origin: 'null' }, 403],
    ['another server of this machine', { origin: 'http://127.0.0.1:5173' }, 403],
    ['an origin of CORS_ORIGINS', { origin: allowed }, 403],
    ['a name that was bound to this machine', { host: 'attacker.example:4000' }, 421],
    ['a form, which needs no permission', { 'content-type': 'text/plain' }, 415],
  ])('is not given to a page of %s', async (_sender, headers, expected) => {
    const { status, answer } = await askForToken({ headers });
    expect([status, answer.token]).toEqual([expected, undefined]);
  });

  it.each(['{"principal":"mallory"}', '{"principal":["alice"]}', 'null', '{', ''])(
    'is not given for %j',
    async (body) => {
      expect(await askForToken({ body })).toMatchObject({
        status: 400,
        answer: { message: 'The body does not name a principal of this gateway.' },
      });
    },
  );

  it('is not given where the gateway changes a real EKS: there is no page without an issuer', async () => {
    const real = await start({ AWS_ENDPOINT_URL_EKS: eksEndpoint });
    const url = (path: string) => new URL(path, real.url);
    const body = '{"principal":"pat"}';
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url('/page/token'), { method: 'POST', headers, body })).status).toBe(404);
    expect((await fetch(url('/'))).status).toBe(404);
  });
});

test('a page with a client but without an issuer is a wrong setting', () => {
  expect(() => readLocalSettings({ PAGE_CLIENT_ID: 'page' })).toThrow(
    'PAGE_CLIENT_ID is set without JWT_ISSUER: set it to the issuer of that client.',
  );
});

test('a gateway whose issuer cannot be read does not start', async () => {
  await expect(startLocalGateway({ policiesDirectory, settings: { JWT_ISSUER: eksEndpoint } })).rejects.toThrow(
    /^JWT_ISSUER is http:\/\/127\.0\.0\.1:1, whose keys can't be read \(/,
  );
});
