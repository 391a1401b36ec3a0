import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costSection, countCosts } from '../../bench/cost.ts';
import type { Counted } from '../../bench/cost-model.ts';
import { dynamoDbEndpoint } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'cost.md'), 'utf8');
const [, written = ''] = /<!-- bench cost -->\n([^]*?)<!-- end of cost -->/.exec(page) ?? [];

/** The rows of all tables and lines of a text, each as its cells. */
const rowsOf = (text: string) =>
  text
    .replaceAll(/-{3,}/g, '---')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((cell) => cell.trim()));

const numberIn = (cell: string) => (/^-?[\d,.]+$/.test(cell) ? Number(cell.replaceAll(',', '')) : null);

/** Whether two cells say the same: lines of the log differ by some bytes, and so what they cost. */
function isSame(cell: string, other: string): boolean {
  const [one, two] = [numberIn(cell), numberIn(other)];
  if (one === null || two === null) return cell === other;
  return Math.abs(one - two) <= Math.max(0.02, 0.01 * two, two >= 300 ? 100 : 0);
}

/** The dollars of a row in a table, by its first cell. */
const dollarsOf = (name: string, heading: string) => {
  const [, table = ''] = written.split(`## ${heading}\n`);
  const row = rowsOf(table).find(([, first]) => first === name);
  return (row ?? []).slice(2, -1).map((cell) => Math.round(Number(cell)));
};

test('the sums at the head of the page, and in the README, are those of its tables', () => {
  const [team, organization] = dollarsOf('**together**', 'Two examples, dollars a month');
  const [idle] = dollarsOf('**together**', 'Idle, dollars a month');
  expect(page).toContain(
    `A team with 10 clusters pays about $${team} a month, of which $${idle} are for standing idle.`,
  );
  expect(page.replaceAll(/\s+/g, ' ')).toContain(
    `An organization of 1,000 accounts with a cluster each pays about $${organization} a month.`,
  );
  expect(readFileSync(join(root, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ')).toContain(
    `about $${team} a month for a team with 10 clusters`,
  );
});

describeOnDynamoDb('what is counted on the wire', () => {
  let counted: Counted;
  beforeAll(async () => {
    counted = await countCosts(dynamoDbEndpoint ?? '');
  });

  test('every table of docs/cost.md follows from it: npm run bench -- --only cost', () => {
    const [rows, expected] = [written, costSection(counted).tables].map(rowsOf);
    const differing = expected?.filter((row, index) => {
      const cells = rows?.[index] ?? [];
      return cells.length !== row.length || !row.every((cell, at) => isSame(cells[at] ?? '', cell));
    });
    expect(differing).toEqual([]);
    expect(rows).toHaveLength(expected?.length ?? 0);
  });

  test('a scan of a cluster in which nothing changed takes 2 write units, and a create 63', () => {
    const { quietScan } = counted.idle;
    expect(quietScan).toMatchObject({ dynamoDbCalls: 1, tableUnits: 1, indexUnits: 1 });
    const create = counted.requests.find(({ request }) => request === 'create');
    expect((create?.tableUnits ?? 0) + (create?.indexUnits ?? 0)).toBe(63);
  });

  test('runs that find nothing write 7 metrics, and no item', () => {
    expect(counted.idle.metrics).toHaveLength(7);
    for (const { tableUnits, indexUnits } of Object.values(counted.idle.runs)) expect(tableUnits + indexUnits).toBe(0);
  });
});
