import { UsageError } from '../../../../tools/command.ts';
import type { OptionValues } from '../../../../tools/command.ts';
import { reasonFindings } from '../../../../src/validation/free-texts.ts';
import { parseTimestamp } from '../../../../src/validation/timestamps.ts';

/** What to restore. */
export interface RestoreRequest {
  /** The restore point, in milliseconds since the epoch; a whole second. */
  readonly to: number;
  readonly reason: string;
  /** Whether audit entries after the restore point are copied from the table in use. */
  readonly copiesLaterEntries: boolean;
  /** Whether only the plan is printed. */
  readonly isDryRun: boolean;
}

/** The options of the command line. */
export const options = {
  to: { type: 'string' },
  reason: { type: 'string' },
  'skip-later-entries': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

export const help = `Restores both tables of the ledger to an earlier second, as new tables, while changes are locked.

Usage: npm run restore -- --to TIME --reason TEXT [--skip-later-entries] [--dry-run]

  --to TIME             the restore point, an RFC 3339 timestamp of the last 35 days: 2026-11-24T10:00:00Z
  --reason TEXT         for the audit trail, and for the clients whose changes are refused
  --skip-later-entries  does not copy the audit entries after the restore point, if they can't be trusted
  --dry-run             checks that both tables can be restored to TIME, prints the names of the new tables, and changes nothing
  -h, --help            print this text

It locks all changes, restores both tables, sets the lock and the settings of the tables in use on the new ones (expiry,
point-in-time recovery, deletion protection, resource policy), and copies the missing audit entries. The tables in use stay as they are.
If it is interrupted, the same command continues. A restore takes from minutes to hours.

Environment variables:
  IDEMPOTENCY_TABLE          table in use of the idempotency records
  AUDIT_TABLE                table in use of the audit trail
  AWS_REGION                 region of the tables
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint

Exits with 0 when both tables are ready, with 1 when DynamoDB or STS fails, with 2 when arguments or settings are wrong.
`;

/**
 * Reads what to restore. Throws `UsageError` where a value is wrong.
 *
 * @param now milliseconds since the epoch
 */
export function readRestoreRequest(values: OptionValues<typeof options>, now: number): RestoreRequest {
  const { to: time, reason } = values;
  if (time === undefined) throw new UsageError('Give the restore point with --to TIME.');
  if (reason === undefined) throw new UsageError('Give the reason with --reason TEXT.');
  const [finding] = reasonFindings(reason);
  if (finding !== undefined) throw new UsageError(`--reason: ${finding.message} ${finding.advice}`);
  const to = parseTimestamp(time);
  if (to === null || to % 1_000 !== 0) {
    throw new UsageError(`--to is ${JSON.stringify(time)}: give a whole second, such as 2026-11-24T10:00:00Z.`);
  }
  if (to >= now) throw new UsageError(`--to is ${JSON.stringify(time)}: give a time in the past.`);
  return {
    to,
    reason,
    copiesLaterEntries: !values['skip-later-entries'],
    isDryRun: values['dry-run'],
  };
}
