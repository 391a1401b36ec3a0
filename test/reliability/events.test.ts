import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { entriesOfOperations, eventIdsOf, openEventReceiver, webhookSecret } from '../support/event-operations.ts';
import { isLarge } from '../support/sizes.ts';

const [events, kills] = isLarge ? [10_000, 50] : [3_000, 15];

test(`${events} events across ${kills} kills of the deliverer: none lost, each after its predecessor`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file, busyTimeoutMs: 10_000 });
  await ledger.startCursor('webhook');
  const entries = entriesOfOperations(events);
  const perLife = Math.ceil(entries.length / kills);
  /** Called when another event has arrived. */
  let arrived = (): void => undefined;
  // Some requests fail, so that a process is also killed while it holds events back.
  const receiver = await openEventReceiver((count) => {
    setImmediate(arrived);
    return count % 211 === 0 ? 503 : count % 983 === 0 ? 400 : 204;
  });
  const { received } = receiver;

  const startDeliverer = async () => {
    const program = join(import.meta.dirname, 'events', 'deliverer.ts');
    const child = spawn(process.execPath, [program, file, receiver.url, webhookSecret], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  };
  /** Waits for this many events more, or all that were written. */
  const arrivals = (more: number, written: number) => {
    const wanted = Math.min(received.size + more, written);
    return new Promise<void>((resolve) => {
      arrived = () => {
        if (received.size >= wanted) resolve();
      };
      arrived();
    });
  };

  let killed = 0;
  for (; killed < kills; killed += 1) {
    const next = entries.slice(killed * perLife, (killed + 1) * perLife);
    // Half is there when the process starts, half is added while it sends.
    for (const entry of next.slice(0, perLife / 2)) await ledger.appendEntry(entry);
    const child = await startDeliverer();
    for (const entry of next.slice(perLife / 2)) await ledger.appendEntry(entry);
    const written = eventIdsOf(entries.slice(0, (killed + 1) * perLife)).length;
    // At another place in the work of each process.
    await arrivals(1 + ((killed * 37) % 190), written);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const before = received.size;
  const last = await startDeliverer();
  await arrivals(events, eventIdsOf(entries).length);
  last.kill('SIGKILL');
  await once(last, 'exit');

  expect(killed).toBe(kills);
  expect(before).toBeLessThan(events);
  expect([...received.keys()].sort()).toEqual(eventIdsOf(entries));
  expect(received.size).toBeGreaterThanOrEqual(events);
  expect(receiver.problems).toEqual([]);
  // Repetitions are allowed, and there are some.
  expect(receiver.requests()).toBeGreaterThan(received.size);
  console.log(
    `${received.size} events, ${killed} kills, ${receiver.requests() - received.size} repetitions and failures`,
  );
  ledger.close();
  await receiver.stop();
  rmSync(folder, { recursive: true });
}, 600_000);
