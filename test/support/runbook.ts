import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of the log, parsed. */
export type Line = Readonly<Record<string, unknown>>;

/** Commands, operators and words of the CloudWatch Logs Insights query language that look like fields. */
const words = new Set('fields filter stats sort limit by as and or not in like asc desc ispresent'.split(' '));

/**
 * The fields of the log that a query of CloudWatch Logs Insights names: without functions, names that it gives itself, and the
 * fields of Insights, which begin with `@`.
 */
export function fieldsOf(query: string): string[] {
  const code = query.replaceAll(/"[^"]*"/g, '""').replaceAll(/\bbin\(\w+\)/g, '');
  const own = new Set([...code.matchAll(/\bas (\w+)/g)].map(([, name]) => name));
  const names = [...code.matchAll(/(?<![\w@.])([A-Za-z_]\w*)(?:\.\d+)?(?![\w(])/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !words.has(name) && !own.has(name));
}

/** The lines that the `filter` commands of a query select. Throws an Error for a condition that is not known here. */
export function selectedLines(query: string, lines: readonly Line[]): Line[] {
  const filters = query.split('|').flatMap((command) => /^\s*filter\s+([^]*?)\s*$/.exec(command)?.[1] ?? []);
  const conditions = filters.flatMap((filter) => filter.split(' and ').map(conditionOf));
  return lines.filter((line) => conditions.every((holds) => holds(line)));
}

function conditionOf(text: string): (line: Line) => boolean {
  const [, field = '', operator = '', value = ''] = /^(@?\w+) (=|>|in|like) ([^]+)$/.exec(text) ?? [];
  // A line that Lambda writes has no fields.
  if (field === '@type') return () => true;
  switch (operator) {
    case '=':
      return (line) => line[field] === JSON.parse(value);
    case '>':
      return (line) => Number(line[field]) > Number(value);
    case 'in':
      return (line) => (JSON.parse(value) as unknown[]).includes(line[field]);
    case 'like':
      if (field === '@message') return (line) => JSON.stringify(line).includes(JSON.parse(value) as string);
  }
  throw new Error(`The condition ${text} is not known to this test.`);
}

const docs = join(import.meta.dirname, '..', '..', 'docs');
/** The pages for operators, one after the other: alarms and runbooks. */
export const operatorPages = ['operations.md', 'incidents.md']
  .map((page) => readFileSync(join(docs, page), 'utf8'))
  .join('\n');

/** The blocks of code of a runbook of the pages for operators, without those of its subsections. Throws an Error if there is none. */
export function runbookBlocks(heading: string, language: string): string[] {
  const [, text] =
    new RegExp(`^${heading.replaceAll(/[`?]/g, '\\$&')}$([^]*?)^#`, 'm').exec(`${operatorPages}\n# end`) ?? [];
  if (text === undefined) throw new Error(`The pages for operators have no ${heading}.`);
  const blocks = [...text.matchAll(/^ *```(\w*)\n([^]*?)^ *```$/gm)];
  return blocks.flatMap(([, of, block = '']) => (of === language ? [block] : []));
}

/** The lines that a query of a runbook selects, of what a gateway logged. Throws an Error if it has no such query. */
export function linesSelectedBy(heading: string, logged: readonly unknown[], index = 0): Line[] {
  const query = runbookBlocks(heading, '')[index];
  if (query === undefined) throw new Error(`${heading} has no query ${index}.`);
  const lines = logged.map((line) => {
    const { level, message, fields } = line as { level: string; message: string; fields: object };
    return { level, message, ...fields };
  });
  return selectedLines(query, lines);
}
