import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAtEnd } from '../../support/left-open.ts';
import { makeEksLog } from './eks-log.ts';
import type { Fault } from './faults.ts';
import { openWireProxy } from './wire-proxy.ts';
import type { Plan } from './wire-proxy.ts';

const wrongClock: Fault = { name: 'wrong clock', effect: 'now', answer: 'true', wrongClock: true };
const frozen: Fault = { name: 'frozen', effect: 'frozen', answer: 'true' };

/** A proxy whose first write, or the one after so many, meets a fault, and a process that writes through it. */
async function open(fault: Fault, after = 0) {
  const server = createServer((_, response) => void response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plan: Plan = { step: 'UpdateItem', after, fault, meanwhile: () => Promise.resolve() };
  const backend = { addresses: { eks: url, dynamoDb: url }, eksLog: makeEksLog() };
  const proxy = await openWireProxy(backend, plan, Date.now);
  closeAtEnd(async () => {
    await proxy.close();
    server.close();
    server.closeAllConnections();
  });
  /** Makes a write. Nothing of it is sent before `send`, which resolves once its answer was received. */
  const make = (key: number, operation = 'UpdateItem') => {
    const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const made = request(proxy.url, { method: 'POST', headers });
    const send = async () => {
      made.end(JSON.stringify({ Key: key }));
      await once(made, 'response');
    };
    return { send, giveUp: () => made.destroy() };
  };
  const read = (key: number) => make(key, 'GetItem').send();
  return { proxy, make, read, write: (key: number) => make(key).send() };
}

// A flow sends some of its requests in parallel.
test('a request meets its fault in whatever order others are sent', async () => {
  const { proxy, read, write } = await open(wrongClock, 1);
  await write(1);
  await read(1);
  await read(2);
  await write(1);
  expect(proxy.wasInjected()).toBe(false);
  await write(2);
  expect(proxy.wasInjected()).toBe(true);
});

describe('a write with a wrong clock', () => {
  test('counts if the process made it after it received an answer that shows the error', async () => {
    const { proxy, write } = await open(wrongClock);
    await write(1);
    expect(proxy.sentLate).toEqual([]);
    await write(2);
    expect(proxy.sentLate).toEqual(['UpdateItem was sent with a wrong clock']);
  });

  test('does not count if the process made it before, however late it arrives', async () => {
    const { proxy, make, write } = await open(wrongClock);
    const early = make(2);
    await write(1);
    await early.send();
    expect(proxy.sentLate).toEqual([]);
  });
});

describe('a frozen process', () => {
  test('sends after its deadline what it makes once it goes on, and not what it had made before', async () => {
    const { proxy, make, write } = await open(frozen);
    const first = write(1);
    await proxy.faultReached;
    const early = make(2);
    await proxy.resume();
    await Promise.all([first, early.send()]);
    expect(proxy.sentLate).toEqual([]);
    await write(3);
    expect(proxy.sentLate).toEqual(['UpdateItem was sent after the deadline']);
    expect(proxy.hasTimedOut()).toBe(false);
  });

  test('proves nothing if its request timed out meanwhile', async () => {
    const { proxy, make } = await open(frozen);
    const first = make(1);
    const answer = expect(first.send()).rejects.toThrow('socket hang up');
    await proxy.faultReached;
    first.giveUp();
    await answer;
    await new Promise((resolve) => void setTimeout(resolve, 50));
    await proxy.resume();
    expect(proxy.hasTimedOut()).toBe(true);
  });
});
