import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { HttpApiSettings } from '../../src/http-api/http-api.ts';
import { echo, start, stopAll } from './http-api-server.ts';

afterEach(stopAll);

/** Sends a request with these headers to a server with these settings. */
async function answerTo(headers: Record<string, string>, settings: Partial<HttpApiSettings> = {}, path = '/graphql') {
  const handler = jest.fn(echo);
  const { url } = await start(handler, settings);
  const sent = request(`${url}${path}`, { method: path === '/health' ? 'GET' : 'POST', headers });
  sent.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', resolve);
  });
  const { advice } = (await json(response)) as { advice?: string };
  return { status: response.statusCode, advice, handled: handler.mock.calls.length };
}

test.each(['/graphql', '/iam/graphql', '/health', '/other'])(
  'a rebound name gets 421 on %s, and what to set',
  async (path) => {
    const { status, advice, handled } = await answerTo({ host: 'attacker.example:4000' }, {}, path);
    expect([status, handled]).toEqual([421, 0]);
    expect(advice).toBe(
      '"attacker.example:4000" is not a name of this machine. Set ALLOWED_HOSTS to the names by which containers reach it.',
    );
  },
);

test.each(['https://attacker.example', 'null', 'http://localhost:5173'])(
  'a page of the foreign origin %s gets 403, and what to set',
  async (origin) => {
    const { status, advice, handled } = await answerTo({ origin });
    expect([status, handled]).toEqual([403, 0]);
    expect(advice).toBe(`Pages of "${origin}" may not call the gateway. Set CORS_ORIGINS to the origins that may.`);
  },
);

test('a page of an allowed origin, and a name of the setting, reach the handler', async () => {
  const origin = 'https://console.example';
  expect(await answerTo({ origin }, { corsOrigins: [origin] })).toMatchObject({ status: 200, handled: 1 });
  expect(await answerTo({ host: 'gateway:4000' }, { allowedHosts: ['gateway'] })).toMatchObject({
    status: 200,
    handled: 1,
  });
});

test('a server on all addresses has a loopback URL, and accepts the same names as one on loopback', async () => {
  const host = '0.0.0.0';
  const { url } = await start(echo, { host });
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect((await answerTo({ host: 'localhost:49153' }, { host })).status).toBe(200);
  expect((await answerTo({ host: 'gateway:4000' }, { host, allowedHosts: ['gateway'] })).status).toBe(200);
  expect((await answerTo({ host: 'attacker.example:4000' }, { host })).status).toBe(421);
  expect((await answerTo({ host: '0.0.0.0:4000' }, { host })).status).toBe(421);
});

test('a long name is quoted in part', async () => {
  const { advice = '' } = await answerTo({ host: `${'a'.repeat(5_000)}.example` });
  expect(advice.length).toBeLessThan(300);
});
