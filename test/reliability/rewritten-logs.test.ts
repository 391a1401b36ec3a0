import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditEntryId } from '../../src/model/audit.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { runOperator } from '../../packages/operator/test/run-operator.ts';
import { openBucketLog } from '../support/checkpoint-log.ts';
import { auditEntryAt } from '../support/ledger-samples.ts';
import { closeAtEnd } from '../support/left-open.ts';
import { randomOf } from '../support/random.ts';

const [minute, hour] = [60_000, 3_600_000];
const steps = 40;

/** A ledger and its log, the moves of the gateway and of an administrator without the key, and what was seen of them. */
async function openWorld(folder: string, random: (below: number) => number) {
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file });
  const log = await openBucketLog(ledger);
  const seen = {
    ids: [] as string[],
    late: [] as string[],
    tampered: [] as string[],
    refusals: 0,
    puts: [] as Buffer[],
  };
  const edit = (statement: string, ...values: string[]) => {
    const database = new DatabaseSync(file);
    database.exec('DROP TRIGGER IF EXISTS audit_no_delete');
    database.prepare(statement).run(...values);
    database.close();
  };
  const append = async (time: number) => {
    const entry: AuditEntry = auditEntryAt(time);
    await ledger.appendEntry(entry);
    seen.ids.push(auditEntryId(entry));
    return auditEntryId(entry);
  };
  const run = async () => {
    const puts: Buffer[] = [];
    const putLatest = async (bytes: Uint8Array) => {
      puts.push(Buffer.from(bytes));
      await log.storage.putLatest(bytes);
    };
    await log.run({ storage: { ...log.storage, putLatest } }).catch((error: unknown) => {
      // Nothing but tampering refuses a run.
      if (seen.tampered.length === 0) throw error;
      seen.refusals += 1;
    });
    seen.puts.push(...puts);
  };
  const covered = async () => (await ledger.getCheckpointHead())?.publishedSize ?? 0;
  const honest: (() => Promise<unknown>)[] = [
    () => append(log.clock.now - random(60_000)),
    run,
    async () => void (log.clock.now += random(10) * minute),
    // A frozen process writes late: older than anything the log still takes in by its order.
    async () => {
      if ((await covered()) > 0) seen.late.push(await append(log.clock.now - 2 * hour - random(hour)));
    },
    // The put of a run that was superseded lands.
    async () => {
      const old = seen.puts[random(seen.puts.length)];
      if (old) log.objects.put('checkpoint', old);
    },
  ];
  const hostile: (() => Promise<unknown>)[] = [
    async () => {
      const names = log.objects.names();
      for (const name of random(2) === 0 ? names : names.slice(0, 1 + random(3))) log.objects.hide(name);
      if (names.length > 0) seen.tampered.push('hidden');
    },
    async () => {
      if ((await covered()) > 0) seen.tampered.push('head');
      edit(`DELETE FROM idempotency WHERE idempotencyKey = 'checkpoint'`);
      for (const name of log.objects.names()) log.objects.hide(name);
    },
    async () => {
      const size = await covered();
      const { rows } = { rows: seen.ids.slice(0, size) };
      const id = rows[random(Math.max(rows.length, 1))];
      if (id === undefined || seen.late.includes(id)) return;
      edit('DELETE FROM audit WHERE operationId = ? AND entryId = ?', ...id.split('.'));
      seen.tampered.push(`removed ${id}`);
    },
  ];
  const close = async () => {
    await log.close();
    ledger.close();
  };
  return { file, log, seen, append, run, honest, hostile, close };
}

test('random moves of an administrator without the key are found by trail verify, and honest ones are not', async () => {
  let [attacked, refused] = [0, 0];
  for (let seed = 0; seed < 12; seed += 1) {
    const random = randomOf(seed);
    const folder = mkdtempSync(join(tmpdir(), 'rewritten-'));
    const world = await openWorld(folder, random);
    closeAtEnd(async () => {
      await world.close();
      rmSync(folder, { recursive: true });
    });
    const { file, log, seen } = world;
    await world.append(log.clock.now);
    await world.run();
    for (let step = 0; step < steps; step += 1) {
      const isHostile = seed % 2 === 1 && random(12) === 0;
      const moves = isHostile ? world.hostile : world.honest;
      await moves[random(moves.length)]?.();
    }
    await world.run();
    // What appeared late is in the log a day later.
    log.clock.now += 30 * hour;
    await world.append(log.clock.now - 1);
    await world.run();
    const accepted = seen.late.flatMap((id) => ['--accept-entry', id]);
    // No run for a while is honest, too.
    accepted.push('--accept-late-before', new Date(log.clock.now).toISOString());
    const env = { LEDGER_FILE: file, ...(await log.env()) };
    const { status, stdout } = await runOperator(['trail', 'verify', ...accepted], env);
    const findings = stdout.split('\n').filter((line) => /^[A-Z_]+ /.test(line));
    expect({ seed, tampered: seen.tampered, findings, status }).toEqual({
      ...{ seed, tampered: seen.tampered },
      ...(seen.tampered.length > 0
        ? { findings: expect.arrayContaining([expect.any(String)]) as string[], status: 1 }
        : { findings: [], status: 0 }),
    });
    if (seen.tampered.length === 0) {
      const size = String(log.objects.newest('checkpoint')?.bytes).split('\n')[1];
      expect({ seed, size }).toEqual({ seed, size: String(seen.ids.length) });
    }
    attacked += seen.tampered.length;
    refused += seen.refusals;
  }
  // Otherwise the moves would show nothing.
  expect(attacked).toBeGreaterThan(3);
  expect(refused).toBeGreaterThan(1);
}, 300_000);
