/**
 * A line of CSV (RFC 4180), with its end. A text that a spreadsheet would take for a formula begins
 * with an apostrophe, as OWASP recommends against CSV injection.
 *
 * @param values null: an empty field
 */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(fieldOf).join(',')}\r\n`;
}

function fieldOf(value: string | number | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
