import { parseArgs } from 'node:util';
import { report, search } from './search.ts';

const help = `Searches for a story that breaks a promise of docs/reliability.md: callers, crashes, frozen processes, faults of EKS and
of the ledger, in random order, over the real operations and the ledger in SQLite, held against a reference model.

npm run search                          20,000 stories
npm run search -- --runs N              N stories
npm run search -- --minutes M           for M minutes
npm run search -- --seed S              the stories of this seed; without it, another one each time
npm run search -- --seed S --path P     just one story again, as a counter-example names it

Ends with 1 when a promise was broken, and says how.
`;

const options = {
  runs: { type: 'string' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  path: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const defaultRuns = 20_000;
const progressEveryMs = 5_000;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) return write(process.stdout, help);
  const minutes = wholeNumber('minutes', values.minutes);
  const runs = wholeNumber('runs', values.runs) ?? (minutes === undefined ? defaultRuns : Infinity);
  const seed = wholeNumber('seed', values.seed) ?? Math.floor(Math.random() * 1_000_000_000);
  if (values.path !== undefined && values.seed === undefined) throw new Error('--path says nothing without --seed.');

  const startedAt = performance.now();
  const until = minutes === undefined ? Infinity : Date.now() + minutes * 60_000;
  let toldAt = startedAt;
  let played = 0;
  const onProgress = (stories: number) => {
    played = stories;
    if (performance.now() - toldAt < progressEveryMs) return;
    toldAt = performance.now();
    write(process.stderr, `${stories} stories, ${seconds(startedAt)} s, all held\n`);
  };
  const found = await search({ seed, runs, until, path: values.path, onProgress });
  if (found === null)
    return write(process.stdout, `${played} stories from seed ${seed}, ${seconds(startedAt)} s: all held.\n`);
  write(process.stdout, report(found));
  return 1;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return Number(text);
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}

function write(stream: NodeJS.WriteStream, text: string): 0 {
  stream.write(text);
  return 0;
}
