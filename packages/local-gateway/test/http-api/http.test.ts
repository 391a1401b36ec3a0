import type { Context } from 'aws-lambda';
import { dial, echo, readToEnd, start, stopAll } from './http-api-server.ts';
import { startHttpApi } from '../../src/http-api/http-api.ts';

let logged: jest.SpyInstance;

beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(async () => {
  await stopAll();
  logged.mockRestore();
});

function post(endpoint: string, body?: string): Promise<Response> {
  return fetch(endpoint, { method: 'POST', body: body ?? '{}', headers: { 'content-type': 'application/json' } });
}

describe('routes', () => {
  test.each([
    ['OPTIONS', '/graphql'],
    ['PURGE', '/graphql'],
    ['GET', '/'],
    ['POST', '/'],
    ['POST', '/graphql/'],
    ['POST', '/graphql/x'],
    ['POST', '/GraphQL'],
  ])('%s %s is not found, and reaches neither authorizer nor handler', async (method, path) => {
    const handler = jest.fn();
    const authorize = jest.fn();
    const { url } = await start(handler, { authorize });
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ message: 'Not Found', advice: 'The only route is POST /graphql.' });
    expect(handler).not.toHaveBeenCalled();
    expect(authorize).not.toHaveBeenCalled();
  });
});

describe('CORS', () => {
  const origin = 'https://console.example';
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  const open = (corsOrigins?: string[]) => start(echo, corsOrigins ? { corsOrigins } : {});
  const corsHeaders = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => /^(access-control|vary)/.test(name)));

  test('CORS is off by default', async () => {
    const { endpoint } = await open();
    expect((await fetch(endpoint, { method: 'OPTIONS', headers: preflight })).status).toBe(404);
    expect(corsHeaders(await fetch(endpoint, { method: 'POST', headers: { origin } }))).toEqual({});
  });

  test('answers a preflight of an allowed origin without a token', async () => {
    const authorize = jest.fn();
    const { endpoint } = await start(echo, { corsOrigins: ['http://localhost:5173', origin], authorize });
    const response = await fetch(endpoint, { method: 'OPTIONS', headers: preflight });
    expect([response.status, corsHeaders(response)]).toEqual([
      204,
      {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers':
          'authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token',
        'access-control-expose-headers': 'apigw-requestid',
        'access-control-max-age': '600',
        vary: 'origin',
      },
    ]);
    expect(authorize).not.toHaveBeenCalled();
  });

  test.each(['https://evil.example', 'https://console.example.evil.example', 'null', 'http://console.example'])(
    'gives the origin %s no permission',
    async (other) => {
      const { endpoint } = await open([origin]);
      const response = await fetch(endpoint, { method: 'OPTIONS', headers: { ...preflight, origin: other } });
      expect([response.status, corsHeaders(response)]).toEqual([204, {}]);
      expect(corsHeaders(await fetch(endpoint, { method: 'POST', headers: { origin: other } }))).toEqual({});
    },
  );

  test('lets a page of an allowed origin read answers, also those without authorization', async () => {
    const { endpoint, url } = await open([origin]);
    const permitted = {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'apigw-requestid',
      vary: 'origin',
    };
    expect(corsHeaders(await fetch(endpoint, { method: 'POST', headers: { origin } }))).toEqual(permitted);
    expect(corsHeaders(await fetch(url, { headers: { origin } }))).toEqual(permitted);
  });
});

describe('authorization', () => {
  const reject = async () => ({ kind: 'unauthorized', description: 'the token is "odd"\n ü' }) as const;

  test('a rejected request gets the reason and does not reach the handler', async () => {
    const handler = jest.fn();
    const { endpoint } = await start(handler, { authorize: reject });
    const response = await fetch(endpoint, { method: 'POST', headers: { authorization: 'Bearer x' } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer scope="" error="invalid_token" error_description="the token is ?odd?? ?"',
    );
    expect(await response.json()).toEqual({
      message: 'Unauthorized',
      advice: 'The token is "odd"\n ü. Get a token with the command that the gateway printed at its start.',
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test('a request without a token gets no error description, as on API Gateway', async () => {
    const { endpoint } = await start(echo, { authorize: reject });
    const response = await post(endpoint);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toHaveProperty('advice');
  });

  test('joins two Authorization headers to one value for authorizer and handler', async () => {
    const seen: (string | undefined)[] = [];
    const { url } = await start(
      async (event) => {
        seen.push(event.headers.authorization);
        return { statusCode: 200 };
      },
      {
        authorize: async (header) => {
          seen.push(header);
          return { kind: 'authorized', claims: {}, scopes: null };
        },
      },
    );
    const socket = await dial(url);
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: a\r\nAuthorization: b\r\nConnection: close\r\n\r\n',
    );
    await readToEnd(socket);
    expect(seen).toEqual(['a,b', 'a,b']);
  });

  test('an authorizer that throws is an internal error', async () => {
    const handler = jest.fn();
    const { endpoint } = await start(handler, { authorize: () => Promise.reject(new Error('broken')) });
    expect((await post(endpoint)).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('responses', () => {
  test('status, headers, cookies and body come from the result', async () => {
    const { endpoint } = await start(async (event) => ({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Count': 3, 'x-flag': true, 'Content-Length': '9999' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: JSON.stringify({ id: event.requestContext.requestId, text: 'Grüße 🌍' }),
    }));
    const response = await post(endpoint);
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.get('x-flag')).toBe('true');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(await response.json()).toEqual({ id: response.headers.get('apigw-requestid'), text: 'Grüße 🌍' });
  });

  test('a base64 body is sent as bytes', async () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const { endpoint } = await start(async () => ({
      statusCode: 200,
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    }));
    const response = await post(endpoint);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test.each([
    ['an object without statusCode', { hello: 1 }, '{"hello":1}'],
    ['a string', 'hello', 'hello'],
    ['nothing', undefined, 'null'],
  ])('%s is the body of a JSON response', async (_, result, body) => {
    const { endpoint } = await start(async () => result);
    const response = await post(endpoint);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(body);
  });

  test.each([
    ['a status that is not a number', { statusCode: 'x' }],
    ['a status out of range', { statusCode: 600 }],
    ['a status that is not final', { statusCode: 103 }],
    ['a body that is not a string', { statusCode: 200, body: {} }],
    ['headers that are not an object', { statusCode: 200, headers: 'x' }],
    ['a header that is not a string', { statusCode: 200, headers: { a: ['b'] } }],
    ['a header that would split the response', { statusCode: 200, headers: { 'x-left': 'over', a: 'b\r\nc: d' } }],
    ['a header with a bad name', { statusCode: 200, headers: { 'x-left': 'over', 'a b': 'c' } }],
    ['cookies that are not strings', { statusCode: 200, cookies: [1] }],
    ['a cookie that would split the response', { statusCode: 200, headers: { 'x-left': 'over' }, cookies: ['a\nb'] }],
  ])('%s is an internal error', async (_, result) => {
    const { endpoint } = await start(async () => result);
    const response = await post(endpoint);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
    expect(response.headers.get('x-left')).toBe(null);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  test('a body that is not a string is explained on standard error', async () => {
    const { endpoint } = await start(async () => ({ statusCode: 200, body: {} }));
    expect((await post(endpoint)).status).toBe(500);
    const explained = expect.objectContaining({ message: expect.stringContaining('a body that is not a string') });
    expect(logged).toHaveBeenCalledWith(expect.anything(), explained);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('the handler broke');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the handler broke'))],
  ])('a handler that %s is an internal error, logged on standard error only', async (_, handler) => {
    const { endpoint } = await start(handler);
    const response = await post(endpoint);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
    expect(logged).toHaveBeenCalledWith(
      `Request ${response.headers.get('apigw-requestid')} failed:`,
      expect.objectContaining({ message: 'the handler broke' }),
    );
    expect((await post(endpoint)).status).toBe(500);
  });
});

describe('the function', () => {
  test('receives a context like Lambda’s, with a decreasing remaining time', async () => {
    const contexts: Context[] = [];
    const left: number[] = [];
    const { endpoint } = await start(
      async (_, context) => {
        contexts.push(context);
        left.push(context.getRemainingTimeInMillis());
        await new Promise((resolve) => setTimeout(resolve, 30));
        left.push(context.getRemainingTimeInMillis());
        context.callbackWaitsForEmptyEventLoop = false;
      },
      { functionName: 'graphql', functionTimeoutMs: 5000 },
    );
    await post(endpoint);
    await post(endpoint);
    expect(contexts[0]).toMatchObject({
      functionName: 'graphql',
      awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(contexts[0]?.awsRequestId).not.toBe(contexts[1]?.awsRequestId);
    expect(contexts[0]?.invokedFunctionArn).toContain(':111122223333:function:graphql');
    const [first = 0, second = 0] = left;
    expect(first).toBeGreaterThan(4900);
    expect(first).toBeLessThanOrEqual(5000);
    expect(second).toBeLessThanOrEqual(first - 25);
    expect(Reflect.get(contexts[0] ?? {}, 'succeed')).toThrow('callbacks');
  });

  test('has a time-out of 29 seconds by default', async () => {
    const { endpoint } = await start(async (_, context) => ({ left: context.getRemainingTimeInMillis() }));
    const { left } = (await (await post(endpoint)).json()) as { left: number };
    expect(left).toBeGreaterThan(28_500);
    expect(left).toBeLessThanOrEqual(29_000);
  });

  test('times out when it takes too long', async () => {
    const { endpoint } = await start(() => new Promise(() => undefined), { functionTimeoutMs: 50, graceMs: 100 });
    const response = await post(endpoint);
    expect(response.status).toBe(500);
    expect(logged).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ message: 'The handler did not return within 50 ms.' }),
    );
  });
});

test('rejects a port that is in use, and names it', async () => {
  const { url } = await start(echo);
  const port = Number(new URL(url).port);
  const second = startHttpApi({ port, handler: echo, authorize: jest.fn(), accountId: '111122223333' });
  await expect(second).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`);
});
