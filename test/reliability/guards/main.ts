// Takes each guard of the product away in turn: npm run guards -- --help
import { join } from 'node:path';
import { startDynamoDbLocal } from '../../dynamodb-local.ts';
import { readWish, usage } from './arguments.ts';
import type { Wish } from './arguments.ts';
import { makeCopy } from './copy.ts';
import type { Copy } from './copy.ts';
import type { Guard } from './guard.ts';
import { guards } from './guards.ts';
import { isAsWanted, table } from './table.ts';
import type { Bite } from './table.ts';
import { takeOne, takeTogether, together } from './take.ts';

const root = join(import.meta.dirname, '../../..');

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
    const first = await inCopies(copies, chosen, takeOne);
    if (named) return first;
    // What the named tests did not notice: those that say that they survive by the group, others one by one.
    const unnoticed = first.filter(({ verdict }) => verdict.kind === 'passed').map(({ guard }) => guard);
    const expected = unnoticed.filter(({ survives }) => survives !== undefined);
    const others = unnoticed.filter(({ survives }) => survives === undefined);
    const groups = [...others.map((guard) => [guard]), ...together(expected)];
    const second = await inCopies(copies, groups, takeTogether);
    return [...first.filter(({ verdict }) => verdict.kind !== 'passed'), ...second];
  } finally {
    removeAll();
    await dynamoDb.stop();
  }
}

/** Works a queue off in the copies, and tells on the way what came of it. */
async function inCopies<T>(
  copies: readonly Copy[],
  tasks: readonly T[],
  take: (copy: Copy, task: T) => Promise<readonly Bite[]>,
): Promise<readonly Bite[]> {
  const bites: Bite[] = [];
  const queue = tasks.values();
  let done = 0;
  const work = async (copy: Copy) => {
    for (const task of queue) {
      const taken = await take(copy, task);
      done += 1;
      bites.push(...taken);
      for (const bite of taken) {
        const { file, protects } = bite.guard;
        tell(`${done} of ${tasks.length} ${file}: ${protects}\n    ${said(bite)}`);
      }
    }
  };
  await Promise.all(copies.map(work));
  return bites;
}

function said({ guard, verdict, seconds }: Bite): string {
  const time = `${seconds.toFixed(1)} s`;
  if (verdict.kind === 'failed') return `bitten by: ${verdict.by} (${time})`;
  if (verdict.kind === 'broken') return `BROKEN: nothing is shown (${time}): ${verdict.by}`;
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
