import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'decisions');
const index = readFileSync(join(folder, 'README.md'), 'utf8');
const records = globSync('[0-9]*.md', { cwd: folder }).sort();
const numberOf = (file: string) => Number(basename(file).slice(0, 4));

/** The number, title and first word of the status of a record. */
function summaryOf(file: string) {
  const text = readFileSync(join(folder, file), 'utf8');
  const [, number, title] = /^# (\d+)\. (.+)$/m.exec(text) ?? [];
  const [, status] = /^\*\*Status\.\*\* (\w+)/m.exec(text) ?? [];
  return { number: Number(number), title, status };
}

const rows = [...index.matchAll(/^\| +(\d+) \| \[(.+)\]\((.+)\) +\| (\w+)/gm)].map(
  ([, number, title, file, status]) => ({
    ...{ file, number: Number(number), title, status },
  }),
);

test('the index of decisions lists each record with its number, title and status', () => {
  expect(records).not.toEqual([]);
  expect(rows).toEqual(records.map((file) => ({ file, ...summaryOf(file) })));
  expect(records.map(numberOf)).toEqual(rows.map(({ number }) => number));
});

test('decisions are numbered from 1 without gaps', () => {
  expect(records.map(numberOf)).toEqual(records.map((_, at) => at + 1));
});
