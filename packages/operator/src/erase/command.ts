import { parseAuditEntryId } from '../../../../src/model/audit.ts';
import { command } from '../cli/command.ts';
import { flag, text, timeOption } from '../options.ts';
import { existingLedger } from '../settings.ts';
import type { EraseRequest } from './run.ts';
import type { Selection } from './select.ts';

const usage = '[--since TIME] [--until TIME] --reference REFERENCE [--confirm] [--json]';

export const erase = command({
  name: 'erase',
  summary: 'Erases personal data of entries of the audit trail; ids, and what was done, stay.',
  details:
    'Source address, user agent, reason, comments of votes and the name in onBehalfOf are erased for good. The entries stay in all indexes, and the ' +
    'signed log proves them as before. The trail records who erased which entries. Without --confirm, the command only says what it would erase.',
  usage: [`--person ID ${usage}`, `--entry ENTRY ${usage}`, `--recorded ${usage}`],
  options: {
    person: text(
      'ID',
      'entries by, through or for this principal, or decided with a vote of it; reads the whole trail',
    ),
    entry: { ...text('ENTRY', 'an entry, by its id; can be given several times'), multiple: true },
    recorded: flag('entries that were erased before and have their personal data again: after a restore'),
    since: timeOption('entries of this time and later (default: from the first entry)'),
    until: timeOption('entries before this time (default: all)'),
    reference: {
      ...text('REFERENCE', 'names the reason in another system, e.g. CASE-17: it stays in the trail for ever'),
      required: true,
      read: (value, wrong) => {
        if (!/^[\w.:/#-]{1,64}$/.test(value)) wrong('give up to 64 letters, digits and . : / # - _, such as CASE-17');
        return value;
      },
    },
    confirm: flag('erases'),
    json: flag('prints JSON'),
  },
  settings: existingLedger,
  examples: [
    "--person 'https://issuer.example#alice' --reference CASE-17",
    "--person 'https://issuer.example#alice' --reference CASE-17 --confirm",
    '--recorded --reference RESTORE-3 --confirm',
  ],
  fails: 'An entry does not exist, or the ledger or AWS fails',
  request: ({ person, entry, recorded, since, until, reference, confirm, json }, _, problem): EraseRequest => {
    const given = [person !== undefined, entry.length > 0, recorded].filter(Boolean).length;
    if (given !== 1) problem('Give one of --person, --entry and --recorded.');
    for (const id of entry.filter((one) => parseAuditEntryId(one) === null)) problem(`--entry: ${id} is not an id.`);
    return {
      selection: selectionOf(person, entry),
      range: { since: since ?? null, until: until ?? null },
      reference,
      isConfirmed: confirm,
      isJson: json,
    };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});

function selectionOf(person: string | undefined, ids: readonly string[]): Selection {
  if (person !== undefined) return { kind: 'person', id: person };
  return ids.length > 0 ? { kind: 'entries', ids } : { kind: 'recorded' };
}
