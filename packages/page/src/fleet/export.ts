import { csvText } from '../ui/csv.ts';
import type { CsvColumn } from '../ui/csv.ts';
import type { Row } from './rows.ts';

/** What a CSV file says besides its rows. */
export interface ExportOf {
  /** As of when; null: now. ISO 8601. */
  readonly asOf: string | null;
  /** Whether there is more than these rows, or what is not known. */
  readonly isIncomplete: boolean;
  readonly environmentOf: (row: Row) => string | null;
}

const fields = [
  ...(['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount', 'roleArn', 'targetRoleArn'] as const),
  ...(['origin', 'operationId', 'declaration', 'associationId', 'firstSeenAt', 'observedAt', 'expiresAt'] as const),
];

/** Who has what, as CSV, with a name that says of when, and whether it is all. `now`: ISO 8601. */
export function fleetCsv(rows: readonly Row[], { asOf, isIncomplete, environmentOf }: ExportOf, now: string) {
  const at = asOf ?? now;
  const columns = fields.map((name): CsvColumn<Row> => [name, (row) => row[name]]);
  const all: readonly CsvColumn<Row>[] = [['asOf', () => at], ['environment', environmentOf], ...columns];
  const name = `who-has-what-${at.slice(0, 10)}${isIncomplete ? '-incomplete' : ''}.csv`;
  return { name, text: csvText(all, rows) };
}
