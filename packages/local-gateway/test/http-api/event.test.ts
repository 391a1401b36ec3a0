import { networkInterfaces } from 'node:os';
import { dial, echo, eventOf, readToEnd, start, stopAll } from './http-api-server.ts';
import { testUnless } from '../../../../test/support/requires.ts';

afterEach(stopAll);

test('a request becomes an event of payload format 2.0', async () => {
  const { url, endpoint } = await start(echo, { stage: 'dev' });
  const before = Date.now();
  const body = '{"query":"{ viewer { id } }"}';
  const headers = { 'content-type': 'application/json', 'user-agent': 'a-client/1', Authorization: 'Bearer x.y.z' };
  const event = await eventOf(`${endpoint}?a=1&b=x%20y&a=2`, { headers, body });

  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'POST /graphql',
    rawPath: '/graphql',
    rawQueryString: 'a=1&b=x%20y&a=2',
    queryStringParameters: { a: '1,2', b: 'x y' },
    body,
    isBase64Encoded: false,
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      authorization: 'Bearer x.y.z',
      host: new URL(url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': new URL(url).port,
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    },
    requestContext: {
      accountId: '111122223333',
      apiId: 'local',
      domainName: '127.0.0.1',
      authorizer: { jwt: { claims: { sub: 'alice' }, scopes: null } },
      http: { method: 'POST', path: '/graphql', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'a-client/1' },
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
      routeKey: 'POST /graphql',
      stage: 'dev',
    },
  });
  expect(event.headers).not.toHaveProperty('connection');
  expect(event).not.toHaveProperty('cookies');
  const { timeEpoch, time } = event.requestContext;
  expect(timeEpoch).toBeGreaterThanOrEqual(before);
  expect(timeEpoch).toBeLessThanOrEqual(Date.now());
  const [, day, month, year, clock] = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) \+0000$/.exec(time) ?? [];
  expect(Date.parse(`${day} ${month} ${year} ${clock} GMT`)).toBe(Math.floor(timeEpoch / 1000) * 1000);
});

test('the event of a request without query, body and content type has none of them', async () => {
  const { endpoint } = await start(echo);
  const event = await eventOf(endpoint, {});
  expect(event.rawQueryString).toBe('');
  expect(event.requestContext.stage).toBe('$default');
  expect(event.isBase64Encoded).toBe(false);
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['body']));
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['queryStringParameters']));
});

test('joins repeated headers with commas, and separates cookies', async () => {
  const { url } = await start(echo, { allowedHosts: ['gateway.example'] });
  const socket = await dial(url);
  socket.write(
    'POST /graphql HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\nX-A: 1\r\nx-a: 2\r\nUser-Agent: one\r\n' +
      'USER-AGENT: two\r\nCookie: a=1; b=2\r\nCookie: c=3;\r\n__proto__: own\r\nX-Forwarded-For: 192.0.2.1\r\n' +
      'X-Amzn-Trace-Id: Root=1-0-1\r\nContent-Length: 0\r\n\r\n',
  );
  const event: unknown = JSON.parse((await readToEnd(socket)).split('\r\n\r\n')[1] ?? '');
  expect(event).toMatchObject({
    cookies: ['a=1', 'b=2', 'c=3'],
    headers: {
      'x-a': '1,2',
      'user-agent': 'one,two',
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
      'x-amzn-trace-id': 'Root=1-0-1',
      ['__proto__']: 'own',
    },
    requestContext: { http: { userAgent: 'one,two' } },
  });
  expect(event).not.toHaveProperty('headers.cookie');
});

test('a chunked body arrives complete, with its length', async () => {
  const { url } = await start(echo);
  const socket = await dial(url);
  socket.write(
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n' +
      '\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  );
  const event: unknown = JSON.parse((await readToEnd(socket)).split('\r\n\r\n')[1] ?? '');
  expect(event).toMatchObject({ body: 'abcde', headers: { 'content-length': '5' } });
  expect(event).not.toHaveProperty('headers.transfer-encoding');
});

const text = 'Grüße, 世界 🌍 \u0000 "\\"';

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON;Charset="UTF-8"',
  'application/graphql',
  'application/xml',
  'application/javascript',
  'text/plain',
  'text/csv',
])('a body of type %s goes into the event as text', async (type) => {
  const { endpoint } = await start(echo);
  const event = await eventOf(endpoint, { headers: { 'content-type': type }, body: text });
  expect(event).toMatchObject({ body: text, isBase64Encoded: false });
});

test.each([
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/graphql-response+json',
  'multipart/form-data; boundary=x',
  'text/plain; charset=iso-8859-1',
  'image/png',
  '',
])('a body of type "%s" goes into the event as base64', async (type) => {
  const { endpoint } = await start(echo);
  const bytes = Buffer.from([0, 255, 128, 10, 195, 40]);
  const event = await eventOf(endpoint, { headers: { 'content-type': type }, body: bytes });
  expect(event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

testUnless(hasIpv6 ? null : 'this machine has no IPv6 loopback address (::1)')(
  'an IPv4 client of an IPv6 server has an IPv4 address, and the URL is a valid one',
  async () => {
    const { url, endpoint } = await start(echo, { host: '::ffff:127.0.0.1' });
    expect(url).toMatch(/^http:\/\/\[::ffff:127\.0\.0\.1\]:\d+$/);
    expect((await eventOf(endpoint, {})).requestContext.http.sourceIp).toBe('127.0.0.1');
  },
);

test('every request has a unique id', async () => {
  const { endpoint } = await start(echo);
  const events = await Promise.all(Array.from({ length: 20 }, () => eventOf(endpoint, {})));
  expect(new Set(events.map(({ requestContext }) => requestContext.requestId)).size).toBe(20);
});
