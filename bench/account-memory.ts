import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startSts } from '../test/support/sts-server.ts';
import { table } from './report.ts';

/** Memory of a process that has read so many accounts, after a garbage collection. */
export interface AccountMemory {
  readonly accounts: number;
  readonly heapMb: number;
  readonly residentMb: number;
}

const counts = [1, 100, 300, 1_000] as const;

const sts = await startSts();
const eks = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"associations":[]}');
});
eks.keepAliveTimeout = 600_000;
eks.listen(0, '127.0.0.1');
await once(eks, 'listening');
const eksUrl = `http://127.0.0.1:${(eks.address() as AddressInfo).port}`;

// Of its own, so that the memory of the servers does not count.
const child = fork(
  join(import.meta.dirname, 'account-memory-process.ts'),
  [eksUrl, sts.endpoint, ...counts.map(String)],
  { execArgv: ['--expose-gc'] },
);
const figures: AccountMemory[] = [];
child.on('message', (one: AccountMemory) => figures.push(one));
const [code] = (await once(child, 'exit')) as [number | null];
await sts.stop();
eks.close();
eks.closeAllConnections();
if (code !== 0) throw new Error(`The measured process ended with ${code}.`);
const [first] = figures;
const rows = figures.map(({ accounts, heapMb, residentMb }) => [
  accounts.toLocaleString('en'),
  heapMb,
  residentMb,
  accounts === 1 ? null : (1_000 * (residentMb - (first?.residentMb ?? 0))) / (accounts - 1),
]);
console.log(table(['accounts', 'heap, MB', 'resident, MB', 'kB for each more'], rows));
