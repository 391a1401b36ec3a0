// Quick test: test/ledger/dynamodb.test.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAnsweringServer } from '../support/answering-server.ts';
import { closeAtEnd } from '../support/left-open.ts';

const writer = join(import.meta.dirname, 'frozen-writer.ts');

/** A process that writes until its deadline, so many milliseconds ahead, and its first request. */
async function start(leftMs: number) {
  const first = Promise.withResolvers<ServerResponse>();
  const { endpoint, seen, stop } = await startAnsweringServer((response) => {
    if (seen.length === 1) first.resolve(response);
    else response.end('{}');
  });
  closeAtEnd(stop);
  const child = spawn(process.execPath, [writer, endpoint, String(leftMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  closeAtEnd(() => Promise.resolve(child.kill('SIGKILL')));
  const ended = Promise.all([text(child.stdout), once(child, 'exit')]);
  return { child, seen, response: await first.promise, ended };
}

const fail = (response: ServerResponse) => response.writeHead(500).end('{}');

test('a process that is stopped until after its deadline sends nothing more, although its write may be repeated', async () => {
  // Enough for the process to send its first request on a busy machine.
  const leftMs = 5_000;
  const { child, seen, response, ended } = await start(leftMs);
  child.kill('SIGSTOP');
  fail(response);
  await sleep(leftMs);
  child.kill('SIGCONT');
  const [output] = await ended;
  expect(output.trim()).toBe('LedgerUnavailable');
  expect(seen).toHaveLength(1);
});

test('a process that is not stopped repeats its write', async () => {
  const { seen, response, ended } = await start(50_000);
  fail(response);
  const [output] = await ended;
  expect(output.trim()).toBe('committed');
  expect(seen).toHaveLength(2);
});
