import { readWish, usage } from './arguments.ts';
import { report } from './report.ts';
import { run } from './run.ts';

/** `npm run processes`. */
async function main(args: readonly string[]): Promise<number> {
  const { kills, seed, help } = readWish(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  tell(`${kills} kills, seed ${seed}`);
  const startedAt = performance.now();
  const result = await run(kills, seed, tell);
  process.stdout.write(`seed         ${seed}\n${report(result, Math.round((performance.now() - startedAt) / 1_000))}`);
  const { broken, folder } = result;
  if (broken.length === 0) {
    process.stdout.write('Every promise was kept.\n');
    return 0;
  }
  process.stdout.write(`${broken.length} broken, with seed ${seed}; the ledger is ${folder}/ledger.sqlite:\n`);
  for (const what of broken) process.stdout.write(`  ${what}\n`);
  return 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${message}${cause instanceof Error ? ` ${cause.stack ?? cause.message}` : ''}\n`);
  process.exitCode = 2;
}
process.exit();
