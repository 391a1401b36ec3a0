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
