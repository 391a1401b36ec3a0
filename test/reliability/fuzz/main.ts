import { parseOptionValues, parseWholeNumber, runCommand } from '../command.ts';
import { fuzz } from './fuzz.ts';
import type { FuzzSummary } from './fuzz.ts';

const usage = `Usage: npm run reliability -- fuzz [options]

Sends mutated requests to the Lambda handler with a SQLite ledger and a simulated EKS. Whatever a client sends, there must be no
status 5xx, no internal error, no error in the log, no internals in an answer, and answers, log and audit entries of bounded size.
Progress goes to standard error, with the heap in use after a garbage collection, which must not grow.

Options:
  --count N    number of requests (default: 100000)
  --seed N     seed of the requests (default: random)
  --help       print this help

Exit codes: 0 if every request keeps the rules, 1 otherwise, 2 for invalid options or a failed run.
`;

const progressEveryMs = 5_000;

await runCommand(main);

/** `npm run reliability -- fuzz`. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const values = parseOptionValues(args, {
    count: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const count = parseWholeNumber('--count', values.count ?? '100000');
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : parseWholeNumber('--seed', values.seed);
  const startedAt = performance.now();
  let reportedAt = startedAt;
  // After the first tenth, caches and compiled code have their size.
  let warm = memory();
  const summary = await fuzz(seed, count, (done) => {
    if (done === Math.ceil(count / 10)) warm = memory();
    if (performance.now() - reportedAt < progressEveryMs) return;
    reportedAt = performance.now();
    process.stderr.write(`${done} of ${count} requests, ${seconds(startedAt)} s, heap ${memory().heapMb} MB\n`);
  });
  process.stdout.write(report(summary, { seed, took: seconds(startedAt), warm, end: memory() }));
  return summary.broken.length === 0 ? 0 : 1;
}

interface Memory {
  readonly heapMb: string;
  readonly rssMb: string;
}

/** Memory in use. With `node --expose-gc`, garbage is collected first. */
function memory(): Memory {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMb: (heapUsed / 1e6).toFixed(1), rssMb: (rss / 1e6).toFixed(1) };
}

function report(
  { count, statuses, codes, maxBytes, broken }: FuzzSummary,
  {
    seed,
    took,
    warm,
    end,
  }: { readonly seed: number; readonly took: string; readonly warm: Memory; readonly end: Memory },
): string {
  const { answer, log, entry, entries } = maxBytes;
  return `${[
    `${count} requests from seed ${seed}, ${took} s: ${broken.length === 0 ? 'all kept the rules' : `${broken.length} broke a rule`}.`,
    `status: ${counts(statuses)}`,
    `outcome: ${counts(codes)}`,
    `most bytes of a request: answer ${answer}, line of the log ${log}, entry ${entry}, entries together ${entries}`,
    `memory after a tenth: heap ${warm.heapMb} MB, resident ${warm.rssMb} MB; at the end: heap ${end.heapMb} MB, resident ${end.rssMb} MB`,
    ...broken.map(
      ({ index, rules, request, observed }) =>
        `request ${index}: ${rules.join('; ')}\n  ${JSON.stringify(request).slice(0, 2_000)}\n  ${observed.status} ${observed.body.slice(0, 500)}\n  ${observed.logLines.join('').slice(0, 2_000)}`,
    ),
  ].join('\n')}\n`;
}

function counts(counted: ReadonlyMap<string, number>): string {
  const sorted = [...counted].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}
