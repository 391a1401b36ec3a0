import { runCommand, UsageError } from '../../../../tools/command.ts';
import { compareLines } from './campaign.ts';
import type { Summary } from './campaign.ts';
import { differences } from './differences.ts';
import { fixedLines } from './fixed-lines.ts';
import { missingOracle } from '../oracle/oracle.ts';

const help = `Compares generated command lines of pod-identity with the AWS CLI.

Usage: npm run reliability -- command-lines [OPTIONS]

  --count N   number of lines (default: 2000), after the fixed ones
  --seed N    seed of the lines (default: random)
  --generated leaves the fixed lines out
  -h, --help  prints this text

Both run on a simulated EKS with the same associations, pod-identity through a gateway. Exit codes, standard output, standard
error and the changed associations must be equal, but for the differences in packages/command/test/command-lines/differences.ts.
The lines have environments, profiles and files of AWS; both sides sign, and the key that signed must be equal in every line.
A line that differs is printed without what it differs without. $FILES is a folder with the files of line.ts. Exits with 0 if no
line differs, with 1 otherwise.
`;

process.exitCode = await runCommand({
  help,
  options: { count: { type: 'string' }, seed: { type: 'string' }, generated: { type: 'boolean' } },
  run: async ({ count = '2000', seed = String(Math.floor(Math.random() * 1e9)), generated = false }) => {
    if (![count, seed].every((text) => /^\d{1,10}$/.test(text)))
      throw new UsageError('--count and --seed take whole numbers.');
    if (missingOracle !== null) throw new Error(`This can't run here: ${missingOracle}.`);
    const startedAt = performance.now();
    const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(0);
    const summary = await compareLines(
      { fixed: generated ? [] : fixedLines, seed: Number(seed), count: Number(count) },
      (done) => {
        if (done % 200 === 0) process.stderr.write(`${done} lines, ${seconds()} s\n`);
      },
    );
    process.stdout.write(`${textOf(summary)}\nseed ${seed}, ${seconds()} s\n`);
    return summary.different.length === 0 ? 0 : 1;
  },
});

function textOf({ count, equal, allowed, used, codes, different }: Summary): string {
  const counts = differences.map(
    (difference) => `  ${String(used.get(difference) ?? 'never').padStart(6)}  ${difference.documented}`,
  );
  const ends = [...codes].sort(([a], [b]) => a - b).map(([code, times]) => `${code}: ${times}`);
  return [
    ...different,
    `${count} lines: ${equal} equal, ${allowed} with known differences, ${count - equal - allowed} different`,
    `exit codes of the AWS CLI: ${ends.join(', ')}`,
    'known differences, by lines:',
    ...counts,
  ].join('\n');
}
