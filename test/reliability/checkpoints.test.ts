import { setImmediate as immediate } from 'node:timers/promises';
import type { CheckpointPorts } from '../../src/checkpoints/ports.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openLog, problemsOfLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import { randomOf } from '../support/random.ts';

/** A call that waits for its turn. */
interface Waiting {
  readonly run: number;
  /** Whether it puts the newest checkpoint. */
  readonly isPut: boolean;
  readonly perform: () => Promise<unknown>;
}

/** The ports of a run, each call of which waits until it is performed. A call of a run that was killed never returns. */
function stepped(ports: CheckpointPorts, run: number, waiting: Waiting[], isDead: (run: number) => boolean) {
  const step =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>, isPut = false) =>
    (...args: A) =>
      new Promise<T>((resolve, reject) => {
        const perform = async () => {
          const result = call(...args);
          await result.then(
            (value) => !isDead(run) && resolve(value),
            (error: unknown) => !isDead(run) && reject(error instanceof Error ? error : new Error(String(error))),
          );
        };
        waiting.push({ run, isPut, perform });
      });
  const { store, storage } = ports;
  return {
    ...ports,
    store: {
      ...store,
      getCheckpointHead: step(() => store.getCheckpointHead()),
      putCheckpointHead: step((...args: Parameters<typeof store.putCheckpointHead>) =>
        store.putCheckpointHead(...args),
      ),
    },
    storage: {
      ...storage,
      putIfAbsent: step((...args: Parameters<typeof storage.putIfAbsent>) => storage.putIfAbsent(...args)),
      putLatest: step((bytes: Uint8Array) => storage.putLatest(bytes), true),
      get: step((name: string) => storage.get(name)),
    },
  };
}

describeOnEachLedger('runs of the checkpointer on $name', ({ name, open }) => {
  const seeds = Array.from({ length: name === 'SQLite' ? 40 : 8 }, (_, seed) => seed);

  test('at the same time, killed before and after any call, leave one append-only log with every entry once', async () => {
    let kills = 0;
    let superseded = 0;
    for (const seed of seeds) {
      const random = randomOf(seed);
      const { ledger, close } = await open();
      const log = openLog(ledger);
      const ids: string[] = [];
      const append = async () => {
        // Some of them late.
        const entry = auditEntryAt(log.clock.now - random(600_000));
        await ledger.appendEntry(entry);
        ids.push(auditEntryId(entry));
      };
      const waiting: Waiting[] = [];
      const dead = new Set<number>();
      const active = new Map<number, Promise<unknown>>();
      const failures: unknown[] = [];
      let started = 0;
      const start = () => {
        const run = started++;
        const deps = stepped(log.deps, run, waiting, (one) => dead.has(one));
        const ended = log
          .run(deps)
          .then(({ isSuperseded }) => (superseded += Number(isSuperseded)))
          .catch((error: unknown) => failures.push(error))
          .finally(() => active.delete(run));
        active.set(run, ended);
      };
      const kill = (run: number) => {
        dead.add(run);
        active.delete(run);
        kills += 1;
        waiting.splice(0, waiting.length, ...waiting.filter((one) => one.run !== run));
      };
      const latestSize = async () => Number((await log.storage.get('checkpoint'))?.toString().split('\n')[1] ?? 0);
      const publishedSize = async () => (await ledger.getCheckpointHead())?.publishedSize ?? 0;
      let hasLatePut = false;
      await append();
      for (let steps = 0; steps < 60 || active.size > 0; steps += 1) {
        if (steps < 60 && active.size < 3 && random(4) === 0) start();
        if (steps < 60 && random(5) === 0) await append();
        if (random(10) === 0) log.clock.now += 60_000;
        await immediate();
        // A step, and the clock with it, waits until the store has answered: time must not run ahead of the runs.
        while (waiting.length === 0 && active.size > 0) await immediate();
        const [next] = waiting.splice(random(Math.max(waiting.length, 1)), 1);
        if (next === undefined) continue;
        const isLast = steps < 60 && random(12) === 0;
        const isApplied = random(2) === 0;
        if (isLast && !isApplied) kill(next.run);
        else {
          const performed = next.perform();
          hasLatePut ||= isLast && next.isPut;
          if (isLast) kill(next.run);
          await performed;
        }
        if (random(20) === 0) expect(await problemsOfLog(log.folder, [])).toEqual([]);
      }
      // A put of a killed run can be the last one; the next run puts the newest checkpoint again. A run that was killed after its put has
      // not recorded it.
      const isOlder = (await latestSize()) < (await publishedSize());
      if (!hasLatePut) expect({ seed, isOlder }).toEqual({ seed, isOlder: false });
      log.clock.now = Math.max(log.clock.now, now);
      const { size } = await log.run();
      expect({ seed, latest: await latestSize() }).toEqual({ seed, latest: size });
      expect({ seed, failures, problems: await problemsOfLog(log.folder, ids), size }).toEqual({
        ...{ seed, failures: [], problems: [] },
        size: ids.length,
      });
      log.close();
      await close();
    }
    // Otherwise the schedules would show nothing.
    expect(kills).toBeGreaterThan(seeds.length);
    expect(superseded).toBeGreaterThan(seeds.length / 4);
  });
});
