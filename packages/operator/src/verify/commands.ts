import { resolve } from 'node:path';
import { maxTime } from '../../../../src/ledger/trail-position.ts';
import { parseAuditEntryId } from '../../../../src/model/audit.ts';
import { readLogSettings } from '../../../../tools/ledger/log-settings.ts';
import { command } from '../cli/command.ts';
import type { Settings } from '../cli/command.ts';
import { flag, pathOption, reasonOption, text, timeOption } from '../options.ts';
import { existingLedger, keysVariable, logVariables, tablesInUse } from '../settings.ts';
import type { VerifyRequest, VerifySettings } from './run.ts';

/** The log of a deployment, of `npm start`, or a copy. */
const logOnly: Settings<VerifySettings> = {
  variables: [
    ...[keysVariable, ...logVariables],
    ...([
      ['LOCAL_FOLDER', 'folder of npm start'],
      ['AWS_REGION', 'region of the bucket'],
    ] as const),
  ],
  read: (reader) => ({ log: readLogSettings(reader), ledger: null }),
};

/** The log, and the ledger where its entries are compared. */
const logAndLedger: Settings<VerifySettings> = {
  variables: [keysVariable, ...logVariables, ...existingLedger.variables],
  read: (reader, values) => {
    const needsLedger = values.archive !== true && values.entries === undefined;
    return { ...logOnly.read(reader, values), ledger: needsLedger ? existingLedger.read(reader, values) : null };
  },
};

export const trailVerify = command({
  name: 'trail verify',
  summary: 'Compares the audit trail with its signed log, and names each entry that differs.',
  details:
    'Every checkpoint is compared with the leaves before it. Entries of the last 10 minutes need not be in the log ' +
    'yet. A principal that can sign, and change every copy of the log, can rewrite both: keep checkpoints elsewhere, ' +
    'and give them with --witness.',
  options: {
    entries: pathOption('FILE', 'compares a file of trail export, with the format ndjson, in place of the ledger'),
    archive: flag('compares the archive of the log in place of the ledger'),
    since: timeOption('entries of this time and later (default: from the first entry)'),
    until: timeOption('entries before this time (default: all)'),
    witness: {
      ...pathOption('FILE', 'checkpoints that were kept elsewhere; can be given several times'),
      multiple: true,
    },
    'accept-late-before': timeOption(
      'entries that were taken in before this time may be late: after an outage that is known',
    ),
    'accept-older-before': timeOption(
      'entries made before this time may be older than the log: those of before it began',
    ),
    'accept-entry': {
      ...text('ENTRY', 'an entry that may be a straggler, or an item that may be no entry; can be given several times'),
      multiple: true,
    },
  },
  settings: logAndLedger,
  examples: ['', '--witness checkpoints-of-may.txt', '--entries trail.ndjson'],
  fails: 'There is a finding, or log or ledger fail',
  request: ({ entries, archive, since = 0, until, witness, ...options }, _, problem): VerifyRequest => {
    if (entries !== undefined && archive) problem('Give one of --entries and --archive.');
    if (until !== undefined && since >= until) problem('--since must be before --until.');
    const source = entries === undefined ? (archive ? 'archive' : 'ledger') : { file: entries };
    const acceptLateBefore = options['accept-late-before'] ?? 0;
    const acceptOlderBefore = options['accept-older-before'] ?? 0;
    const accepted = options['accept-entry'];
    return {
      source,
      since,
      until: until ?? maxTime,
      witnesses: witness,
      acceptLateBefore,
      acceptOlderBefore,
      accepted,
    };
  },
  run: async (request, context) => (await import('./run.ts')).verify(request, context),
});

export const trailBegin = command({
  name: 'trail begin',
  summary: 'Lets the signed log begin within the hour, where it does not by itself, and records that.',
  details:
    'A log begins by itself only where nothing shows that there was one: no object, and no entry that is older than ' +
    'an hour. So this is needed once after an update from a version without a log. Otherwise, first find out what ' +
    'happened to the log.',
  options: { reason: { ...reasonOption('for the audit trail'), required: true } },
  settings: existingLedger,
  examples: ["--reason 'First version with a log'"],
  fails: 'The ledger or AWS fails',
  request: ({ reason }) => reason,
  run: async (reason, context) => (await import('./begin.ts')).permitLog(reason, context),
});

export const trailProve = command({
  name: 'trail prove',
  summary: 'Prints a proof that an entry is in the signed log, which anyone can check.',
  details: 'The form of the proof is c2sp.org/tlog-proof@v1; its extra data has the entry.',
  arguments: [{ name: 'ENTRY', help: 'the id of the entry, OPERATION.ENTRY' }],
  options: {},
  settings: logOnly,
  examples: ['01JD0000000000000000000000.01JD0000000000000000000001 > entry.tlog-proof'],
  fails: 'The entry is not in the log, or the log fails',
  request: (_, [id = ''], problem) => {
    if (parseAuditEntryId(id) === null) problem(`ENTRY is ${JSON.stringify(id)}: give the id of an entry.`);
    return id;
  },
  run: async (id, context) => (await import('./run.ts')).prove(id, context),
});

export const trailCheckProof = command({
  name: 'trail check-proof',
  summary: 'Checks a proof of trail prove, and prints its entry.',
  arguments: [{ name: 'FILE', help: 'the proof' }],
  options: {},
  settings: { ...logOnly, variables: [keysVariable, ['LOCAL_FOLDER', 'folder of npm start']] },
  examples: ['entry.tlog-proof'],
  fails: 'The proof is not valid, or not signed by a known key',
  request: (_, [file = '']) => resolve(file),
  run: async (file, context) => (await import('./run.ts')).check(file, context),
});

export const trailCopy = command({
  name: 'trail copy',
  summary: 'Copies recent entries of the audit table to another one, which can take its place.',
  details:
    'Entries that the target has are never replaced, so the command can be repeated. docs/audit-proof.md has the ' +
    'steps before and after.',
  options: {
    since: { ...timeOption('entries of this time and later, and of 15 minutes before'), required: true },
    target: { ...text('TABLE', 'the new table, which must exist'), required: true },
  },
  settings: tablesInUse,
  examples: ['--since 2026-08-01T00:00:00Z --target pod-identity-gateway-prod-audit-2'],
  fails: 'A table is missing, or DynamoDB fails',
  request: (values) => values,
  run: async ({ since, target }, { settings, print }) => {
    const { copyLaterEntries } = await import('../restore/later-entries.ts');
    const { dynamoDbClient } = await import('../../../../tools/ledger/open-ledger.ts');
    const client = dynamoDbClient(settings);
    const count = await copyLaterEntries(
      client,
      { source: settings.auditTable, target },
      since,
      () => undefined,
    ).finally(() => client.destroy());
    print(`${count} entries are copied to ${target}.`);
    return 0;
  },
});
