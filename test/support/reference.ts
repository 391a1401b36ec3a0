import { buildSchema, isEnumType } from 'graphql';

/** The values of an enum of the schema, each with its description. Throws where the schema has no such enum. */
export function enumValues(schema: string, name: string): ReadonlyMap<string, string> {
  const type = buildSchema(schema).getType(name);
  if (!isEnumType(type)) throw new Error(`schema.graphql has no enum ${name}.`);
  return new Map(type.getValues().map((value) => [value.name, (value.description ?? '').replaceAll(/\s+/g, ' ')]));
}

/** A Markdown table in the format of Prettier. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [
    line(head, ' '),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row, ' ')),
  ].join('\n');
}

/** The rows, of which those that differ only in one column share a row, which lists what they have there. */
export function withSharedRows(rows: readonly (readonly string[])[], column: number, separator: string): string[][] {
  const shared = new Map<string, { readonly row: readonly string[]; readonly listed: string[] }>();
  for (const row of rows) {
    const key = JSON.stringify(row.toSpliced(column, 1));
    const { listed } = shared.get(key) ?? { listed: [] };
    shared.set(key, { row, listed: [...listed, row[column] ?? ''] });
  }
  return [...shared.values()].map(({ row, listed }) => row.toSpliced(column, 1, listed.join(separator)));
}

/** The page with another text between the comments `NAME: begin` and `NAME: end`. Throws where they are missing. */
export function replaceBlock(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`The page has no "${begin}" with "${end}".`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** The rows of the table under a heading: the first cell without backticks, and the other cells. */
export function tableUnder(page: string, heading: string): ReadonlyMap<string, readonly string[]> {
  const start = page.indexOf(`\n${heading}`);
  if (start === -1) throw new Error(`The page has no heading that begins with "${heading}".`);
  const section = page.slice(start + 1).split(/\n#+ /)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [first = '', ...cells] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [first.replaceAll('`', ''), cells];
    }),
  );
}
