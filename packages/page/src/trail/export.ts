import type { LineFragment } from '../generated/trail.ts';

/** The columns of a CSV file of entries. */
const columns: readonly (readonly [name: string, value: (entry: LineFragment) => string | null])[] = [
  ['time', ({ time }) => time],
  ['event', ({ event }) => event],
  ['operationKind', ({ operationKind }) => operationKind],
  ['operationId', ({ operationId }) => operationId],
  ['entryId', ({ id }) => id],
  ['principalId', ({ principal }) => principal.principalId],
  ['actorId', ({ actor }) => actor?.principalId ?? null],
  ['onBehalfOf', ({ onBehalfOf }) => onBehalfOf],
  ['accountId', ({ target }) => target?.accountId ?? null],
  ['region', ({ target }) => target?.region ?? null],
  ['clusterName', ({ target }) => target?.clusterName ?? null],
  ['namespace', ({ target }) => target?.namespace ?? null],
  ['serviceAccount', ({ target }) => target?.serviceAccount ?? null],
  ['roleArn', ({ request }) => request?.roleArn ?? null],
  ['refusalCode', ({ refusalCode }) => refusalCode],
  ['message', ({ message }) => message],
  ['reason', ({ reason }) => reason],
  ['associationArn', ({ associationArn }) => associationArn],
];

/**
 * Entries as CSV (RFC 4180). Texts that spreadsheets would run as formulas begin with an
 * apostrophe.
 */
export function csvOf(entries: readonly LineFragment[]): string {
  const lines = [columns.map(([name]) => name), ...entries.map((entry) => columns.map(([, value]) => value(entry)))];
  return lines.map((cells) => `${cells.map((cell) => quoted(cell ?? '')).join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
