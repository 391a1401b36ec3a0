import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { startDynamoDbLocal } from '../../support/dynamodb-local.ts';
import { readWish, usage } from './arguments.ts';
import { letCasesHaveTheirTime } from './case-clock.ts';
import { gateway } from './gateway.ts';
import { markdownOf, withMatrix } from './markdown.ts';
import type { Results } from './markdown.ts';
import { runMatrix } from './run.ts';
import type { Row } from './run-case.ts';
import { columns, lineOf, summaryOf } from './table.ts';
import type { Line } from './table.ts';

/** `npm run matrix`: the table on stdout, progress on stderr. Gives what to exit with. */
async function main(args: readonly string[]): Promise<number> {
  const wish = readWish(args);
  if (!wish) {
    process.stdout.write(usage);
    return 0;
  }
  letCasesHaveTheirTime();
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const local = given === undefined ? await startDynamoDbLocal(join(import.meta.dirname, '../../../.cache')) : null;
  const file = wish.json === null ? null : createWriteStream(wish.json);
  const results: Results = new Map();
  process.stdout.write(`${columns.join(' | ')}\n`);
  try {
    for (const contender of wish.contenders) {
      const lines = await runMatrix(contender, given ?? local?.endpoint ?? '', wish.extent, teller(file));
      results.set(contender.name, lines);
      const printed = lines.filter((line) => !wish.onlyFailures || !isHeld(line));
      for (const { cells } of printed) {
        process.stdout.write(`${[contender.name, ...Object.values(cells)].join(' | ')}\n`);
      }
      process.stdout.write(`\n${summaryOf(contender.name, lines)}\n\n`);
    }
    if (wish.markdown !== null) await writeMarkdown(wish.markdown, results);
  } finally {
    file?.end();
    await local?.stop();
  }
  return (results.get(gateway.name) ?? []).every(isHeld) ? 0 : 1;
}

function isHeld({ isMet, violations }: Line): boolean {
  return isMet && violations.length === 0;
}

/** Keeps all of each row, and says now and then how far it is. */
function teller(file: WriteStream | null): (row: Row, of: number) => void {
  const startedAt = performance.now();
  let done = 0;
  return (row, of) => {
    const { violations, facts } = row;
    const { name } = row.case.contender;
    file?.write(`${JSON.stringify({ contender: name, ...lineOf(row).cells, violations, facts })}\n`);
    done += 1;
    if (done % 100 !== 0 && done !== of) return;
    process.stderr.write(`${name}: ${done} of ${of} cases, ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  };
}

/** The page keeps what stands around the marks, and its own format. */
async function writeMarkdown(file: string, results: Results): Promise<void> {
  const page = withMatrix(await readFile(file, 'utf8'), markdownOf(results));
  await writeFile(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}

// So that DynamoDB Local goes with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${message}${cause instanceof Error ? ` ${cause.stack ?? cause.message}` : ''}\n`);
  process.exitCode = 2;
}
