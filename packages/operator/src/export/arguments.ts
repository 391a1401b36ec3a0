import { UsageError } from '../../../../tools/command.ts';
import type { OptionValues } from '../../../../tools/command.ts';
import { readTime } from '../time-option.ts';

/** How an entry is written, one line each. */
const formats = ['ndjson', 'ocsf'] as const;

export type ExportFormat = (typeof formats)[number];

/** What to export. */
export interface ExportRequest {
  readonly format: ExportFormat;
  /** Milliseconds since the epoch, inclusive; null: from the first entry. */
  readonly since: number | null;
  /** Milliseconds since the epoch, exclusive. */
  readonly until: number;
}

/** The options of the command line. */
export const options = {
  since: { type: 'string' },
  until: { type: 'string' },
  format: { type: 'string', default: 'ndjson' },
} as const;

export const help = `Writes the audit trail to standard output, one entry per line, newest first.

Usage: npm run --silent audit:export -- [--since TIME] [--until TIME] [--format ${formats.join('|')}]

  --since TIME     entries of this time and later (default: from the first entry)
  --until TIME     entries before this time (default: now)
  --format FORMAT  ndjson: each entry as it is stored, with its id (default)
                   ocsf: events of the class API Activity (6003) of OCSF 1.9.0
  -h, --help       print this text

A TIME is an RFC 3339 timestamp: 2026-11-24T10:00:00Z or 2026-11-24T11:00:00.000+01:00.

Environment variables, with the defaults of npm start:
  LEDGER                     sqlite or dynamodb
  LEDGER_FILE                file of the SQLite ledger
  LOCAL_FOLDER               folder of the default LEDGER_FILE
  AUDIT_TABLE                table of the audit trail in DynamoDB
  AWS_REGION                 region of the table
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint

Exits with 0 when all entries are written, or the reader closes the pipe; with 1 when the ledger or the output fails; with 2
when arguments or settings are wrong.
`;

/**
 * Reads what to export. Throws `UsageError` where a value is wrong.
 *
 * @param now milliseconds since the epoch, for `--until`
 */
export function readExportRequest(values: OptionValues<typeof options>, now: number): ExportRequest {
  const format = formats.find((name) => name === values.format);
  if (format === undefined) throw wrong('--format', values.format, `give one of ${formats.join(', ')}`);
  const since = values.since === undefined ? null : readTime('--since', values.since);
  const until = values.until === undefined ? now : readTime('--until', values.until);
  if (since === null || since < until) return { format, since, until };
  throw new UsageError(`--since must be before --until${values.until === undefined ? ', which is now' : ''}.`);
}

function wrong(option: string, value: string, advice: string): UsageError {
  return new UsageError(`${option} is ${JSON.stringify(value)}: ${advice}.`);
}
