import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkpoint } from '../../src/checkpoints/checkpoint.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { localCheckpoints } from '../../packages/local-gateway/src/checkpoints/local-checkpoints.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { problemsOfLog, readLog } from '../support/checkpoint-log.ts';
import { auditEntryAt } from '../support/ledger-samples.ts';

const kills = 20;

test(`${kills} kills of two checkpointers at a time leave one append-only log with every entry once`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'));
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file, busyTimeoutMs: 10_000 });
  const deps = localCheckpoints(ledger, folder);
  const program = join(import.meta.dirname, 'checkpoints', 'checkpointer.ts');
  const ids: string[] = [];
  const errors: string[] = [];
  const start = () => {
    const child = spawn(process.execPath, [program, file, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    return child;
  };
  const append = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const entry = auditEntryAt(Date.now() - ((index * 7) % 60_000));
      ids.push(auditEntryId(entry));
      await ledger.appendEntry(entry);
    }
  };
  /** Until the log has all entries: so each batch has a checkpoint, however fast the processes are. */
  const allTakenIn = async () => {
    while (((await ledger.getCheckpointHead())?.publishedSize ?? 0) < ids.length) await sleep(1);
  };
  await append(20);
  const running = [start(), start()];
  for (let killed = 0; killed < kills; killed += 1) {
    const [child] = running.splice(0, 1);
    if (child === undefined) throw new Error('No process runs.');
    await once(child.stdout, 'data');
    await allTakenIn();
    await append(20);
    // At another place in its work each time.
    await sleep((killed * 13) % 29);
    child.kill('SIGKILL');
    await once(child, 'exit');
    running.push(start());
  }
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await checkpoint(deps, Infinity);
  const { checkpoints } = await readLog(join(folder, 'checkpoints'));
  expect(await problemsOfLog(join(folder, 'checkpoints'), ids)).toEqual([]);
  expect(await ledger.getCheckpointHead()).toMatchObject({ size: ids.length, publishedSize: ids.length });
  expect(checkpoints.length).toBeGreaterThan(kills);
  // No run fails because of another one.
  expect(errors).toEqual([]);
  ledger.close();
  rmSync(folder, { recursive: true });
}, 300_000);
