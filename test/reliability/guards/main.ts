// Takes each guard of the product away in turn: npm run guards -- --help
import { join } from 'node:path';
import { startDynamoDbLocal } from '../../dynamodb-local.ts';
import { readWish, usage } from './arguments.ts';
import type { Wish } from './arguments.ts';
import { makeCopy } from './copy.ts';
import type { Copy, Which } from './copy.ts';
import { taken } from './guard.ts';
import type { Guard } from './guard.ts';
import { guards } from './guards.ts';
import { isAsWanted, table } from './table.ts';
import type { Bite } from './table.ts';

const root = join(import.meta.dirname, '../../..');

/** How long the tests that a guard names may take, and all of them, in milliseconds. An absence that hangs is noticed too. */
const namedMs = 150_000;
const allMs = 1_200_000;

async function main(args: readonly string[]): Promise<number> {
  const wish = readWish(args);
  if (wish.help) {
    process.stdout.write(usage);
    return 0;
  }
  const chosen = guards.filter(({ file, protects }) => file.includes(wish.only) || protects.includes(wish.only));
  if (chosen.length === 0) throw new Error(`No guard has this in its file or its words: ${wish.only}`);
  if (wish.list) {
    for (const { file, protects } of chosen) process.stdout.write(`${file}: ${protects}\n`);
    return 0;
  }
  const bites = await takeAll(chosen, wish);
  process.stdout.write(table(bites));
  return bites.every(isAsWanted) ? 0 : 1;
}

/** Takes guards away, in as many copies as wished. Whatever ends it, copies and DynamoDB go with it. */
async function takeAll(chosen: readonly Guard[], { copies: count, named }: Wish): Promise<readonly Bite[]> {
  const dynamoDb = await startDynamoDbLocal(join(root, '.cache'));
  const copies: Copy[] = [];
  const removeAll = () => copies.forEach((copy) => copy.remove());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      removeAll();
      process.exit(130);
    });
  }
  try {
    for (let index = 0; index < count; index++) copies.push(makeCopy(root, dynamoDb.endpoint));
    const bites: Bite[] = [];
    const queue = chosen.values();
    const work = async (copy: Copy) => {
      for (const guard of queue) {
        const bite = await take(copy, guard, named);
        bites.push(bite);
        tell(`${bites.length} of ${chosen.length} ${guard.file}: ${guard.protects}\n    ${said(bite)}`);
      }
    };
    await Promise.all(copies.map(work));
    return bites;
  } finally {
    removeAll();
    await dynamoDb.stop();
  }
}

async function take(copy: Copy, guard: Guard, onlyNamed: boolean): Promise<Bite> {
  await passUntouched(copy, guard, namedMs);
  const startedAt = performance.now();
  const without = (text: string) => taken(text, guard);
  const ask = (which: Which | 'all', maxMs: number) => copy.changed(guard.file, without, () => copy.test(which, maxMs));
  let verdict = await ask(guard, namedMs);
  if (verdict.kind === 'passed' && !onlyNamed) {
    await passUntouched(copy, 'all', allMs);
    verdict = await ask('all', allMs);
  }
  return { guard, verdict, seconds: (performance.now() - startedAt) / 1000 };
}

/** Tests that are known to pass where nothing is taken away: what fails anyway notices nothing. Each is asked once. */
const untouched = new Map<string, Promise<void>>();

function passUntouched(copy: Copy, which: Which | 'all', maxMs: number): Promise<void> {
  const name = which === 'all' ? 'the whole suite' : `${which.tests.join(' ')} ${which.only ?? ''}`;
  const passing = untouched.get(name) ?? passes(copy, which, name, maxMs);
  untouched.set(name, passing);
  return passing;
}

async function passes(copy: Copy, which: Which | 'all', name: string, maxMs: number): Promise<void> {
  const verdict = await copy.test(which, maxMs);
  if (verdict.kind !== 'passed') throw new Error(`Fails where nothing is taken away: ${name}: ${verdict.by}`);
  if (verdict.tests === 0) throw new Error(`No test has such a name: ${name}`);
}

function said({ guard, verdict, seconds }: Bite): string {
  const time = `${seconds.toFixed(1)} s`;
  if (verdict.kind === 'failed') return `bitten by: ${verdict.by} (${time})`;
  if (verdict.kind === 'broken') return `BROKEN, so nothing is shown (${time}): ${verdict.by}`;
  return guard.survives === undefined ? `SURVIVES (${time})` : `survives, as it says (${time}): ${guard.survives}`;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
