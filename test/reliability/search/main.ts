import { parseOptionValues, parseWholeNumber, runCommand } from '../command.ts';
import { report, search } from './search.ts';

const usage = `Usage: npm run reliability -- search [options]

Runs random scenarios of concurrent requests, scans, crashes, frozen processes, and faults of EKS and the ledger. The real
operations and the SQLite ledger are checked against a reference model and the guarantees of docs/reliability.md.
Progress goes to standard error.

Options:
  --runs N     number of scenarios (default: 20000; without limit if --minutes is given)
  --minutes N  stop after N minutes (default: no time limit)
  --seed N     seed of the first scenarios (default: random)
  --path PATH  run only the scenario that a counter-example names; needs --seed
  --tags       only scenarios with changes of tags; otherwise, those of every fourth seed have them
  --ensure     only scenarios with desired states; otherwise, those of every fourth seed have them
  --help       print this help

Exit codes: 0 if every scenario keeps the guarantees, 1 after a counter-example, 2 for invalid options or a failed run.
`;

const defaultRuns = 20_000;
const progressEveryMs = 5_000;

await runCommand(main);

/** `npm run reliability -- search`. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const values = parseOptionValues(args, {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    tags: { type: 'boolean', default: false },
    ensure: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  });
  if (values.help) return write(process.stdout, usage);
  const number = (name: 'runs' | 'minutes' | 'seed') =>
    values[name] === undefined ? undefined : parseWholeNumber(`--${name}`, values[name]);
  const minutes = number('minutes');
  const runs = number('runs') ?? (minutes === undefined ? defaultRuns : Infinity);
  const seed = number('seed') ?? Math.floor(Math.random() * 1_000_000_000);
  if (values.path !== undefined && values.seed === undefined) throw new Error('--path needs --seed.');

  const startedAt = performance.now();
  const until = minutes === undefined ? Infinity : Date.now() + minutes * 60_000;
  let reportedAt = startedAt;
  let done = 0;
  const onProgress = (scenarios: number) => {
    done = scenarios;
    if (performance.now() - reportedAt < progressEveryMs) return;
    reportedAt = performance.now();
    write(process.stderr, `${scenarios} scenarios, ${seconds(startedAt)} s, all kept\n`);
  };
  const found = await search({
    seed,
    runs,
    until,
    path: values.path,
    tags: values.tags,
    ensure: values.ensure,
    onProgress,
  });
  if (found === null)
    return write(process.stdout, `${done} scenarios from seed ${seed}, ${seconds(startedAt)} s: all kept.\n`);
  write(process.stdout, report(found));
  return 1;
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}

function write(stream: NodeJS.WriteStream, text: string): 0 {
  stream.write(text);
  return 0;
}
