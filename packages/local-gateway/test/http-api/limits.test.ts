import { once } from 'node:events';
import type { Authorize } from '../../src/http-api/authorizer.ts';
import { admitAll, bigText, dial, echo, endless, eventOf, gate, readToEnd, start, stopAll } from './http-api-server.ts';

afterEach(stopAll);

const json = { 'content-type': 'application/json' };

async function isAlive(endpoint: string): Promise<boolean> {
  return (await fetch(endpoint, { method: 'POST' })).status === 200;
}

describe('big bodies', () => {
  test('a body of 6 MiB arrives, and one byte more is too large', async () => {
    const { endpoint } = await start(async (event) => ({ length: event.body?.length }));
    const body = 'x'.repeat(6 * 1024 * 1024);
    const fits = await fetch(endpoint, { method: 'POST', headers: json, body });
    expect(await fits.json()).toEqual({ length: body.length });
    const tooLarge = await fetch(endpoint, { method: 'POST', headers: json, body: `${body}x` });
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toEqual({ message: 'Request Entity Too Large' });
  });

  test('responds to an endless chunked body before it ends', async () => {
    const handler = jest.fn();
    const { url } = await start(handler, { maxBodyBytes: 1000 });
    const socket = await dial(url);
    socket.on('error', () => undefined);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`${(5000).toString(16)}\r\n${'x'.repeat(5000)}\r\n`);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(handler).not.toHaveBeenCalled();
  });

  test('the limit counts bytes, not characters', async () => {
    const { endpoint } = await start(echo, { maxBodyBytes: 10 });
    expect((await eventOf(endpoint, { headers: json, body: 'üüüüü' })).body).toBe('üüüüü');
    const response = await fetch(endpoint, { method: 'POST', headers: json, body: 'üüüüüx' });
    expect(response.status).toBe(413);
  });
});

describe('invalid HTTP', () => {
  test.each([
    ['garbage', 'hello\r\n\r\n', 400, 'Bad Request'],
    ['a bad header', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n', 400, 'Bad Request'],
    [
      'a bad chunk',
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'Bad Request',
    ],
    [
      'headers of more than 10,240 bytes',
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${'x'.repeat(10_240)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('rejects %s, and keeps serving', async (_, text, status, message) => {
    const { url, endpoint } = await start(echo);
    const socket = await dial(url);
    socket.write(text);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(new RegExp(`{"message":"${message}"}$`));
    expect(await isAlive(endpoint)).toBe(true);
  });

  test.each(['*', '//', 'http://x/graphql', '/%', '/graphql%00'])('the target %s is not found', async (target) => {
    const { url } = await start(echo);
    const socket = await dial(url);
    socket.write(`OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test(`forwards a query string that can't be decoded unchanged`, async () => {
    const { endpoint } = await start(echo);
    const event = await eventOf(`${endpoint}?a=%&b=%ff?c`, {});
    expect(event.rawQueryString).toBe('a=%&b=%ff?c');
    expect(event.queryStringParameters).toEqual({ a: '%', b: '\ufffd?c' });
  });
});

describe('slow and disconnected clients', () => {
  test.each([
    ['its headers', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n'],
    ['its body', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc'],
  ])('disconnects a client that does not finish %s in time', async (_, text) => {
    const handler = jest.fn();
    const { url } = await start(handler, { requestTimeoutMs: 100 });
    const socket = await dial(url);
    socket.write(text);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect(handler).not.toHaveBeenCalled();
  });

  test('a client that disconnects during its body does not reach the handler', async () => {
    const handler = jest.fn().mockResolvedValue({ statusCode: 200 });
    const { url, endpoint } = await start(handler);
    const socket = await dial(url);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc');
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await isAlive(endpoint)).toBe(true);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('a client that disconnects while its token is checked does not reach the handler', async () => {
    const handler = jest.fn();
    const { open, opened, begin, begun } = gate();
    const authorize: Authorize = async (header) => {
      begin();
      await opened;
      return admitAll(header);
    };
    const { url, close } = await start(handler, { authorize });
    const socket = await dial(url);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc');
    await begun;
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    open();
    await close();
    expect(handler).not.toHaveBeenCalled();
  });

  test('disconnects a client that does not read its response', async () => {
    const { open, opened } = gate();
    const handler = async () => {
      open();
      return { statusCode: 200, body: bigText };
    };
    const { url, close } = await start(handler, { functionTimeoutMs: 50, requestTimeoutMs: 50, graceMs: endless });
    const socket = await dial(url);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    await opened;
    await close();
  });

  test('invalid input after a request does not change its response', async () => {
    const { open, opened } = gate();
    const { url } = await start(async () => {
      open();
      return { statusCode: 200, body: bigText };
    });
    const socket = await dial(url);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    await opened;
    socket.write('garbage\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await readToEnd(socket).catch(() => '')).not.toContain('Bad Request');
  });

  test('disconnects a rejected client that keeps its side of the connection open', async () => {
    const { url, close } = await start(echo, { graceMs: endless });
    const socket = await dial(url, { allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
    socket.resume();
    await once(socket, 'end');
    await close();
  });

  test('a handler whose client disconnects runs to its end, and the server keeps serving', async () => {
    let finished = false;
    const { begin, begun } = gate();
    const { url, close } = await start(async () => {
      begin();
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
      return { statusCode: 200, body: 'x' };
    });
    const socket = await dial(url);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    await begun;
    socket.resetAndDestroy();
    await close();
    expect(finished).toBe(true);
  });
});
