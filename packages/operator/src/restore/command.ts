import { command } from '../cli/command.ts';
import { flag, reasonOption, timeOption } from '../options.ts';
import { tablesInUse } from '../settings.ts';
import type { RestoreRequest } from './restore.ts';

const time = timeOption('the restore point, an RFC 3339 timestamp of the last 35 days: 2026-11-24T10:00:00Z');

export const restore = command({
  name: 'restore',
  summary: 'Restores both tables to an earlier second, as new tables, while changes are locked.',
  details:
    'It locks all changes, restores both tables, sets the lock and the settings of the tables in use on the new ones (expiry, ' +
    'point-in-time recovery, deletion protection, resource policy), and copies the missing audit entries. The tables in use ' +
    'stay as they are. If it is interrupted, the same command continues. A restore takes from minutes to hours.',
  options: {
    to: {
      ...time,
      required: true,
      read: (value, wrong) => {
        const to = time.read(value, wrong);
        if (to % 1_000 !== 0 && !Number.isNaN(to)) wrong('give a whole second, such as 2026-11-24T10:00:00Z');
        else if (to >= Date.now()) wrong('give a time in the past');
        return to;
      },
    },
    reason: { ...reasonOption('for the audit trail, and for the clients whose changes are refused'), required: true },
    'skip-later-entries': flag("does not copy the audit entries after the restore point, if they can't be trusted"),
    'dry-run': flag(
      'checks that both tables can be restored to TIME, prints the names of the new tables, and changes nothing',
    ),
  },
  settings: tablesInUse,
  examples: ["--to 2026-11-24T10:00:00Z --reason 'Incident 7' --dry-run"],
  fails: "The tables can't be restored to that time, or DynamoDB or STS fails",
  request: ({ to, reason, 'skip-later-entries': skips, 'dry-run': isDryRun }): RestoreRequest => ({
    to,
    reason,
    isDryRun,
    copiesLaterEntries: !skips,
  }),
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
