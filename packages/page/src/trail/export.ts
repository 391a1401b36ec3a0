import { csvText } from '../ui/csv.ts';
import type { CsvColumn } from '../ui/csv.ts';
import type { LineFragment } from '../generated/trail.ts';

/** The columns of a CSV file of entries. */
const columns: readonly CsvColumn<LineFragment>[] = [
  ['time', ({ time }) => time],
  ['event', ({ event }) => event],
  ['operationKind', ({ operationKind }) => operationKind],
  ['operationId', ({ operationId }) => operationId],
  ['entryId', ({ id }) => id],
  ['principalId', ({ principal }) => principal.principalId],
  ['actorId', ({ actor }) => actor?.principalId ?? null],
  ['onBehalfOf', ({ onBehalfOf }) => onBehalfOf],
  ['accountId', ({ target, cluster }) => (target ?? cluster)?.accountId ?? null],
  ['region', ({ target, cluster }) => (target ?? cluster)?.region ?? null],
  ['clusterName', ({ target, cluster }) => (target ?? cluster)?.clusterName ?? null],
  ['namespace', ({ target }) => target?.namespace ?? null],
  ['serviceAccount', ({ target }) => target?.serviceAccount ?? null],
  ['roleArn', ({ request }) => request?.roleArn ?? null],
  ['refusalCode', ({ refusalCode }) => refusalCode],
  ['message', ({ message }) => message],
  ['reason', ({ reason }) => reason],
  ['associationArn', ({ associationArn }) => associationArn],
];

/** Entries as CSV. */
export function csvOf(entries: readonly LineFragment[]): string {
  return csvText(columns, entries);
}
