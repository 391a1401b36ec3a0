// How long a page of the trail takes, and what is read for it, in a long trail against a short one:
//   npm run bench:trail -- [--sqlite ENTRIES] [--dynamodb ENTRIES]
// DynamoDB is the one that AWS_ENDPOINT_URL_DYNAMODB names, else DynamoDB Local, started for it. 0 leaves a store out.
import { parseArgs } from 'node:util';
import { measureDynamoDb, measureSqlite } from './trail-stores.ts';
import { tableOf } from './trail-table.ts';

/** Length of the trail that the others are compared with. */
const short = 1_000;

const { values } = parseArgs({
  options: { sqlite: { type: 'string', default: '1000000' }, dynamodb: { type: 'string', default: '200000' } },
});
const stores = [
  { name: 'SQLite', option: '--sqlite', given: values.sqlite, measure: measureSqlite },
  { name: 'DynamoDB', option: '--dynamodb', given: values.dynamodb, measure: measureDynamoDb },
];

for (const { name, option, given, measure } of stores) {
  const long = Number(given);
  if (!Number.isSafeInteger(long) || long < 0) throw new Error(`${option} takes a number of entries, not ${given}.`);
  if (long === 0) continue;
  const [shortTrail, longTrail] = [await measure(short), await measure(long)];
  const table = tableOf(name, { length: short, measured: shortTrail }, { length: long, measured: longTrail });
  process.stdout.write(`${table}\n\n`);
}
