import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { runCommand } from '../tools/command.ts';
import { table } from './report.ts';
import { readLength } from './trail-length.ts';
import { end, trailOf } from './trail-entries.ts';

const help = `Measures the checkpoints of an audit trail that has no log yet, and its verification beside only reading the entries. Prints a
Markdown table: time, and the largest memory of a process that does nothing else. Entries, log and key are in files.

Usage: npm run bench -- trail-proof [--entries ENTRIES]

  --entries ENTRIES  length of the trail (default: 1000000)
  -h, --help         print this text
`;

/** What a process of its own took. */
interface Figures {
  readonly seconds: number;
  readonly residentMb: number;
}

/** Fills the ledger of a folder with entries that end some time before now. */
async function fill(file: string, length: number): Promise<void> {
  const ledger = makeSqliteLedger({ file });
  const shift = end - (Date.now() - 3_600_000);
  const operations = new Map<string, string>();
  let written = 0;
  for (const entry of trailOf(length)) {
    const time = Date.parse(entry.time) - shift;
    if (!operations.has(entry.operationId)) operations.clear();
    const operationId = operations.get(entry.operationId) ?? ulid(time);
    operations.set(entry.operationId, operationId);
    await ledger.appendEntry({ ...entry, operationId, entryId: ulid(time), time: new Date(time).toISOString() });
    written += 1;
    if (written % 100_000 === 0) process.stderr.write(`  ${written} of ${length} entries\n`);
  }
  ledger.close();
}

/** Runs a step in a process of its own. Throws an Error if it fails. */
async function measured(step: string, folder: string, file: string): Promise<Figures> {
  const child = fork(join(import.meta.dirname, 'trail-proof-process.ts'), [step, folder, file]);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [figures] = (await Promise.race([once(child, 'message'), ended])) as [Figures | number | null];
  if (figures === null || typeof figures === 'number') throw new Error(`The step ${step} ended with ${figures}.`);
  await ended;
  return figures;
}

process.exitCode = await runCommand({
  help,
  options: { entries: { type: 'string', default: '1000000' } },
  run: async ({ entries }) => {
    const length = readLength('entries', entries);
    const folder = await mkdtemp(join(tmpdir(), 'trail-proof-'));
    try {
      const file = join(folder, 'ledger.db');
      await fill(file, length);
      const rows: [string, Figures][] = [];
      for (const [name, step] of [
        ['first checkpoints', 'checkpoint'],
        ['only reading the entries', 'read'],
        ['`trail verify`', 'verify'],
      ] as const) {
        rows.push([name, await measured(step, folder, file)]);
        process.stderr.write(`  ${name}: done\n`);
      }
      const ofRead = rows[1]?.[1].seconds ?? NaN;
      const cells = rows.map(([name, { seconds, residentMb }]) => [name, seconds, seconds / ofRead, residentMb]);
      process.stdout.write(
        `${table([`${length.toLocaleString('en')} entries`, 'seconds', 'of reading', 'resident MB'], cells)}\n`,
      );
      return 0;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
});
