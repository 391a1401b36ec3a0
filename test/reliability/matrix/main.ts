import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { startDynamoDbLocal } from '../../support/dynamodb-local.ts';
import { runCommand } from '../command.ts';
import { parseOptions, usage } from './options.ts';
import { installCaseClock } from './case-clock.ts';
import { gateway } from './gateway.ts';
import { markdownOf, withMatrix } from './markdown.ts';
import type { Results } from './markdown.ts';
import { runMatrix } from './run.ts';
import type { RowWithFacts } from './run.ts';
import { checkRows, columns, resultOf, summarize } from './table.ts';
import type { TableRow } from './table.ts';

/** `npm run reliability -- matrix`: prints the table to stdout and progress to stderr. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(usage);
    return 0;
  }
  installCaseClock();
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const local = given === undefined ? await startDynamoDbLocal(join(import.meta.dirname, '../../../.cache')) : null;
  const file = options.json === null ? null : createWriteStream(options.json);
  const results: Results = new Map();
  process.stdout.write(`${columns.join(' | ')}\n`);
  try {
    for (const implementation of options.implementations) {
      const rows = await runMatrix(
        implementation,
        given ?? local?.endpoint ?? '',
        options.selection,
        makeReporter(file),
      );
      results.set(implementation.name, rows);
      const printed = rows.filter((row) => !options.onlyFailures || resultOf(row) !== 'kept');
      for (const { cells } of printed) {
        process.stdout.write(`${[implementation.name, ...Object.values(cells)].join(' | ')}\n`);
      }
      const { name, library } = implementation;
      process.stdout.write(`\n${summarize(library === null ? name : `${name} (${library})`, rows)}\n\n`);
    }
    checkRows([...results.values()].flat());
    if (options.markdown !== null) await writeMarkdown(options.markdown, markdownOf(results, options.implementations));
    return (results.get(gateway.name) ?? []).some(hasFailed) ? 1 : 0;
  } finally {
    file?.end();
    await local?.stop();
  }
}

function hasFailed(row: TableRow): boolean {
  return ['violated', 'not injected'].includes(resultOf(row));
}

/** Writes each result to the JSON file, if any, and reports progress regularly. */
function makeReporter(file: WriteStream | null): (result: RowWithFacts, of: number) => void {
  const startedAt = performance.now();
  let done = 0;
  return ({ row, facts }, of) => {
    const { violations, cells } = row;
    const { name } = row.case.implementation;
    file?.write(`${JSON.stringify({ implementation: name, ...cells, violations, facts })}\n`);
    done += 1;
    if (done % 100 !== 0 && done !== of) return;
    process.stderr.write(`${name}: ${done} of ${of} cases, ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  };
}

/** Replaces the matrix section of a Markdown page. The rest of the page stays unchanged. */
async function writeMarkdown(file: string, matrix: string): Promise<void> {
  const page = withMatrix(await readFile(file, 'utf8'), matrix);
  await writeFile(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}

await runCommand(main);
