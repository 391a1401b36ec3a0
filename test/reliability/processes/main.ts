import { runCommand } from '../command.ts';
import { inconclusiveCode, parseOptions, usage } from './options.ts';
import { report } from './report.ts';
import { run } from './run.ts';

/** `npm run reliability -- processes`. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { kills, seed, help } = parseOptions(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  onProgress(`${kills} kills, seed ${seed}`);
  const startedAt = performance.now();
  const result = await run(kills, seed, onProgress);
  process.stdout.write(`seed         ${seed}\n${report(result, Math.round((performance.now() - startedAt) / 1_000))}`);
  const { broken, folder, isInconclusive } = result;
  if (broken.length === 0) {
    process.stdout.write('Every guarantee was kept.\n');
    return 0;
  }
  process.stdout.write(`${broken.length} violations, with seed ${seed}; the ledger is ${folder}/ledger.sqlite:\n`);
  for (const what of broken) process.stdout.write(`  ${what}\n`);
  if (!isInconclusive) return 1;
  process.stdout.write('Inconclusive: EKS stood still for longer than the gateways assume of it. Run it again.\n');
  return inconclusiveCode;
}

await runCommand(main);
process.exit();
