/** A part of the benchmark: the tables that the documentation shows. */
export interface Section {
  /** Name of the part, also in the markers of the document. */
  readonly name: string;
  /** A file of docs; by default `performance.md`. */
  readonly document?: string;
  /**
   * Whether the tables depend on machine and time, which are then written above them. By default
   * true.
   */
  readonly isMeasured?: boolean;
  /** Markdown. */
  readonly tables: string;
}

/** A Markdown table. Numbers are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  const lines = [head, isNumber.map((right) => (right ? '--:' : '---')), ...rows.map((row) => row.map(cell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'string' ? value : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
