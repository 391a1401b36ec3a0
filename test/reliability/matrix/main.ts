import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { startDynamoDbLocal } from '../../dynamodb-local.ts';
import { letCasesHaveTheirTime } from './case-clock.ts';
import { changeKinds, sizes } from './cases.ts';
import { contenders } from './contenders.ts';
import { markdownOf, withMatrix } from './markdown.ts';
import type { Results } from './markdown.ts';
import { runMatrix } from './run.ts';
import type { Row } from './run-case.ts';
import { cellsOf, columns, summaryOf } from './table.ts';

const help = `npm run matrix -- [options]

Walks every road of a mutation, lets every fault happen at every request that it sends, and whatever can come next come
next. Prints a line for each case: what the callers saw, what EKS holds, what the trail says, and which promises of
docs/reliability.md did not hold. Ends with 1 where one of this gateway's was not held.

  --contender NAME   ${Object.keys(contenders).join(' or ')}; both when it is not given
  --operation NAME   create, update or delete; all of them when it is not given
  --road TEXT        only roads whose name contains this
  --case TEXT        only cases whose name, the first column, contains this
  --size NAME        ${Object.keys(sizes).join(', ')}: how much of it, the whole when it is not given
  --failures         print only what was not held
  --markdown FILE    write the table in short between the marks of a page, such as docs/reliability.md
  --json FILE        write all that was seen to a file, a case a line
`;

/** `npm run matrix`: the table on stdout, progress on stderr. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      contender: { type: 'string' },
      operation: { type: 'string' },
      road: { type: 'string' },
      case: { type: 'string' },
      size: { type: 'string', default: 'full' },
      failures: { type: 'boolean' },
      markdown: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const taken = Object.entries(contenders).filter(
    ([name]) => values.contender === undefined || name === values.contender,
  );
  const kinds = changeKinds.filter((kind) => values.operation === undefined || kind === values.operation);
  const nextsOf = sizes[values.size];
  if (taken.length === 0 || kinds.length === 0 || !nextsOf) {
    throw new Error(`There is no such contender, operation or size.\n\n${help}`);
  }

  letCasesHaveTheirTime();
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const local = given === undefined ? await startDynamoDbLocal(join(import.meta.dirname, '../../../.cache')) : null;
  const dynamoDb = given ?? local?.endpoint ?? '';
  const file = values.json === undefined ? null : createWriteStream(values.json);
  const results = new Map<string, readonly Row[]>();
  process.stdout.write(`${columns.join(' | ')}\n`);
  try {
    for (const [name, contender] of taken) {
      const extent = {
        kinds,
        nextsOf,
        road: values.road ?? '',
        name: values.case ?? '',
      };
      const rows = await runMatrix(contender, dynamoDb, extent, progress(name));
      results.set(name, rows);
      for (const row of rows) {
        if (!values.failures || row.violations.length > 0)
          process.stdout.write(`${name} | ${Object.values(cellsOf(row)).join(' | ')}\n`);
        file?.write(
          `${JSON.stringify({ contender: name, ...cellsOf(row), violations: row.violations, facts: row.facts })}\n`,
        );
      }
      process.stdout.write(`\n${summaryOf(name, rows)}\n`);
      if (name === 'gateway' && rows.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
    }
    if (values.markdown !== undefined) await writeMarkdown(values.markdown, results);
  } finally {
    file?.end();
    await local?.stop();
  }
}

/** The page keeps what stands around the marks, and its own format. */
async function writeMarkdown(file: string, results: Results): Promise<void> {
  const page = withMatrix(await readFile(file, 'utf8'), markdownOf(results));
  await writeFile(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}

/** Says now and then how far it is. */
function progress(name: string): (row: Row, of: number) => void {
  const startedAt = performance.now();
  let done = 0;
  return (_, of) => {
    done += 1;
    if (done % 100 !== 0 && done !== of) return;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stderr.write(`${name}: ${done} of ${of} cases, ${seconds} s\n`);
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
