// One step of the bench trail-proof, and what it took: node bench/trail-proof-process.ts STEP
// FOLDER FILE, as a child with an IPC channel.
import { commandTable } from '../packages/operator/src/commands.ts';
import { runCommandLine } from '../packages/operator/src/cli/run.ts';
import { localCheckpoints } from '../packages/local-gateway/src/checkpoints/local-checkpoints.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { checkpoint } from '../src/checkpoints/checkpoint.ts';

const [step = '', folder = '', file = ''] = process.argv.slice(2);

/** Takes all entries into the log. */
async function takeIn(): Promise<void> {
  const ledger = makeSqliteLedger({ file });
  const deps = localCheckpoints(ledger, folder);
  for (;;) {
    const { added } = await checkpoint(deps, Infinity);
    if (added === 0) break;
  }
  ledger.close();
}

/** Reads the text of each entry. */
async function read(): Promise<void> {
  const ledger = makeSqliteLedger({ file });
  let characters = 0;
  for await (const { text } of ledger.storedEntries(0, Date.now())) characters += text.length;
  ledger.close();
  if (characters === 0) throw new Error('There are no entries.');
}

async function verify(): Promise<void> {
  const env = { ...process.env, LEDGER: 'sqlite', LEDGER_FILE: file, LOCAL_FOLDER: folder };
  const { stdout, stderr } = process;
  const status = await runCommandLine(commandTable, ['trail', 'verify'], { stdout, stderr, env });
  if (status !== 0) throw new Error(`trail verify ended with ${status}.`);
}

const steps: Readonly<Record<string, () => Promise<void>>> = { checkpoint: takeIn, read, verify };
const startedAt = performance.now();
await steps[step]?.();
const seconds = (performance.now() - startedAt) / 1_000;
process.send?.({ seconds, residentMb: process.resourceUsage().maxRSS / 1_000 });
process.disconnect();
