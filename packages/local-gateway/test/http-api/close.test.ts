import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bigText, dial, echo, endless, gate, readToEnd, start, stopAll } from './http-api-server.ts';

afterEach(stopAll);

/** A handler that answers when told to. */
function gatedHandler() {
  const { begin, begun, open, opened } = gate();
  const handler = async () => {
    begin();
    await opened;
    return { statusCode: 200, body: 'done' };
  };
  return { handler, begun, open };
}

test('close waits for the request in progress, and accepts no other', async () => {
  const { handler, begun, open } = gatedHandler();
  const { endpoint, close } = await start(handler);
  const answer = fetch(endpoint, { method: 'POST' });
  await begun;
  let isClosed = false;
  const closed = close().then(() => (isClosed = true));
  await expect(fetch(endpoint, { method: 'POST' })).rejects.toThrow();
  expect(isClosed).toBe(false);
  open();
  const response = await answer;
  expect(await response.text()).toBe('done');
  expect(response.headers.get('connection')).toBe('close');
  await closed;
});

test('close waits for a request whose body is still arriving', async () => {
  const { url, close } = await start(async (event) => ({ statusCode: 200, body: event.body }));
  const socket = await dial(url);
  socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nabc');
  await setTimeout(20);
  const closed = close();
  socket.write('def');
  expect(await readToEnd(socket)).toMatch(/abcdef$/);
  await closed;
});

test('close disconnects idle and unused connections at once', async () => {
  const { endpoint, url, close } = await start(echo, { graceMs: endless });
  const agent = new Agent({ keepAlive: true });
  const responses = await once(request(endpoint, { method: 'POST', agent }).end(), 'response');
  const [keptAlive] = responses as [IncomingMessage];
  keptAlive.resume();
  await once(keptAlive, 'end');
  const silent = await dial(url);
  const half = await dial(url);
  half.write('POST /graphql HTTP/1.1\r\nHost:');
  await setTimeout(20);
  await close();
  expect(await Promise.all([readToEnd(silent), readToEnd(half)])).toEqual(['', '']);
  agent.destroy();
});

test('close waits at most for the grace time', async () => {
  const { handler, begun, open } = gatedHandler();
  const { endpoint, close } = await start(handler, { graceMs: 50 });
  const answer = fetch(endpoint, { method: 'POST' });
  const cut = expect(answer).rejects.toThrow();
  await begun;
  // The shorter of two timers that are set at the same time fires first, however slow the machine is.
  const closed = close();
  const shorter = setTimeout(40);
  expect(await Promise.race([closed.then(() => 'closed'), shorter.then(() => 'waited')])).toBe('waited');
  await closed;
  await cut;
  open();
});

test('a second close waits as well', async () => {
  const { handler, begun, open } = gatedHandler();
  const { endpoint, close } = await start(handler);
  const answer = fetch(endpoint, { method: 'POST' });
  await begun;
  const closings = [close(), close()];
  open();
  expect((await answer).status).toBe(200);
  await Promise.all(closings);
  await close();
});

test('close disconnects a client after its response, even one that began before', async () => {
  const { begin, begun } = gate();
  const handler = async () => {
    begin();
    return { statusCode: 200, body: bigText };
  };
  const { url, close } = await start(handler, { graceMs: endless });
  const socket = await dial(url);
  socket.pause();
  socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
  await begun;
  await setTimeout(50);
  const closed = close();
  expect((await readToEnd(socket)).endsWith(bigText)).toBe(true);
  await closed;
});

test('the process can exit after close', async () => {
  const program = `
    const { startHttpApi } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/http-api/http-api.ts'))});
    const authorize = async () => ({ kind: 'authorized', claims: {}, scopes: null });
    const api = await startHttpApi({ port: 0, handler: async () => 'hello', authorize, accountId: '111122223333' });
    console.log(await (await fetch(api.url + '/graphql', { method: 'POST' })).text());
    await api.close();`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 50_000 });
  expect((await run).stdout).toBe('hello\n');
});
