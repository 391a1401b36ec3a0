import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeEksLog } from './eks-log.ts';
import { openWireProxy } from './wire-proxy.ts';
import type { Plan } from './wire-proxy.ts';

test('a write counts as sent with a wrong clock only once an answer has shown that it is wrong', async () => {
  const server = createServer((_, response) => void setTimeout(() => response.end('{}'), 100));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fault = { name: 'wrong clock', effect: 'now', answer: 'true', wrongClock: true } as const;
  const plan: Plan = { at: 0, step: 'UpdateItem', fault, meanwhile: () => Promise.resolve() };
  const backend = { addresses: { eks: url, dynamoDb: url }, eksLog: makeEksLog() };
  const proxy = await openWireProxy(backend, plan, Date.now);
  const write = (body: string) =>
    fetch(proxy.url, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.UpdateItem' }, body });
  await Promise.all([write('{"Key":1}'), write('{"Key":2}')]);
  expect(proxy.sentLate).toEqual([]);
  await write('{"Key":3}');
  expect(proxy.sentLate).toEqual(['UpdateItem was sent with a wrong clock']);
  await proxy.close();
  server.close();
  server.closeAllConnections();
});
