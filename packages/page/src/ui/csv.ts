/** A column of a CSV file: its name, and the value of a row. */
export type CsvColumn<Row> = readonly [name: string, value: (row: Row) => string | null];

/**
 * Rows as CSV (RFC 4180). Texts that spreadsheets would run as formulas begin with an apostrophe.
 */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row)))];
  return lines.map((cells) => `${cells.map((cell) => quoted(cell ?? '')).join(',')}\r\n`).join('');
}

/** The signs with which formulas begin, also in their full width. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function quoted(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
