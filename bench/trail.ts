import { runCommand } from '../tools/command.ts';
import { readLength } from './trail-length.ts';
import { measureDynamoDb, measureSqlite } from './trail-stores.ts';
import { tableOf } from './trail-table.ts';

/** Length of the trail that the others are compared with. */
const short = 1_000;

const help = `Measures how long a page of the audit trail takes and how many items are read for it, in a long trail and in one of
${short.toLocaleString('en')} entries. Prints a Markdown table for each store.

Usage: npm run bench -- trail [--sqlite ENTRIES] [--dynamodb ENTRIES]

  --sqlite ENTRIES    length of the trail in SQLite; 0 skips SQLite (default: 1000000)
  --dynamodb ENTRIES  length of the trail in DynamoDB; 0 skips DynamoDB (default: 200000)
  -h, --help          print this text

Environment variables:
  AWS_ENDPOINT_URL_DYNAMODB  URL of DynamoDB (default: starts DynamoDB Local, which needs Java)
`;

const stores = [
  { name: 'SQLite', option: 'sqlite', measure: measureSqlite },
  { name: 'DynamoDB', option: 'dynamodb', measure: measureDynamoDb },
] as const;

process.exitCode = await runCommand({
  help,
  options: { sqlite: { type: 'string', default: '1000000' }, dynamodb: { type: 'string', default: '200000' } },
  run: async (values) => {
    const wanted = stores.map((store) => ({ ...store, long: readLength(store.option, values[store.option]) }));
    for (const { name, measure, long } of wanted) {
      if (long === 0) continue;
      const [shortTrail, longTrail] = [await measure(short), await measure(long)];
      const table = tableOf(name, { length: short, measured: shortTrail }, { length: long, measured: longTrail });
      process.stdout.write(`${table}\n\n`);
    }
    return 0;
  },
});
