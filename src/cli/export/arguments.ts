import { parseArgs } from 'node:util';
import { parseTimestamp } from '../../validation/timestamps.ts';

/** How an entry is written, a line each. */
const formats = ['ndjson', 'ocsf'] as const;

export type ExportFormat = (typeof formats)[number];

/** What the command line asks for. */
export type ExportRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | {
      readonly kind: 'export';
      readonly format: ExportFormat;
      /** Milliseconds since the epoch, inclusive; null: from the first entry. */
      readonly since: number | null;
      /** Milliseconds since the epoch, exclusive. */
      readonly until: number;
    };

export const help = `Writes the audit trail to standard output, one entry a line, the newest first.

Usage: npm run --silent audit:export -- [--since INSTANT] [--until INSTANT] [--format ${formats.join('|')}]

  --since   entries of this instant and later; from the first when absent
  --until   entries before this instant; now when absent
  --format  ndjson: each entry as it is stored, with its id (when absent)
            ocsf: events of the class API Activity (6003) of OCSF 1.9.0
  --help    this text

An INSTANT is one of RFC 3339: 2026-11-24T10:00:00Z or 2026-11-24T11:00:00.000+01:00.

The environment says where the ledger is: LEDGER (sqlite or dynamodb), LEDGER_FILE, AUDIT_TABLE, AWS_REGION and
AWS_ENDPOINT_URL_DYNAMODB, with the defaults of npm start.

Exits with 0 when all entries are written, or the reader wants no more; with 1 when the ledger or the output fails, with
2 when arguments or settings are wrong.
`;

/**
 * Reads the command line.
 *
 * @param now milliseconds since the epoch, for `--until`
 */
export function parseArguments(args: readonly string[], now: number): ExportRequest {
  const values = valuesOf(args);
  if (typeof values === 'string') return { kind: 'wrong', message: values };
  if (values.help) return { kind: 'help' };
  const format = formats.find((name) => name === values.format);
  if (format === undefined) return wrong('--format', values.format, `give one of ${formats.join(', ')}`);
  const since = values.since === undefined ? null : parseTimestamp(values.since);
  if (values.since !== undefined && since === null) return wrong('--since', values.since, noInstant);
  const until = values.until === undefined ? now : parseTimestamp(values.until);
  if (until === null) return wrong('--until', values.until, noInstant);
  if (since !== null && since >= until) {
    return {
      kind: 'wrong',
      message: `--since must be before --until${values.until === undefined ? ', which is now' : ''}.`,
    };
  }
  return { kind: 'export', format, since, until };
}

const noInstant = 'give an instant of RFC 3339, such as 2026-11-24T10:00:00Z';

function wrong(option: string, value: string | undefined, advice: string): ExportRequest {
  return { kind: 'wrong', message: `${option} is ${JSON.stringify(value)}: ${advice}.` };
}

/** The options' values, or what is wrong with them. */
function valuesOf(args: readonly string[]) {
  try {
    const options = {
      since: { type: 'string' },
      until: { type: 'string' },
      format: { type: 'string', default: 'ndjson' },
      help: { type: 'boolean', short: 'h', default: false },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const isWrongUsage =
      typeof error === 'object' &&
      error !== null &&
      'code' in error &&
      String(error.code).startsWith('ERR_PARSE_ARGS_');
    if (isWrongUsage && 'message' in error) return String(error.message);
    throw error;
  }
}
