import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectedLines } from './insights.ts';
import type { Line } from './insights.ts';

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
