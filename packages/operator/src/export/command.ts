import { command } from '../cli/command.ts';
import { text, timeOption } from '../options.ts';
import { ledgerAndLog } from '../settings.ts';
import type { ExportRequest } from './run.ts';

export const trailExport = command({
  name: 'trail export',
  summary: 'Writes the audit trail to standard output, one entry per line, newest first.',
  details:
    'The format ndjson is each entry as it is stored, with its id; ocsf is events of the class API Activity (6003) of OCSF 1.9.0. ' +
    'Where the trail has a signed log, it says which checkpoint covers the entries, on standard error. A TIME is an RFC 3339 timestamp: 2026-11-24T10:00:00Z or 2026-11-24T11:00:00.000+01:00.',
  options: {
    since: timeOption('entries of this time and later (default: from the first entry)'),
    until: timeOption('entries before this time (default: now)'),
    format: { ...text('FORMAT', 'how an entry is written'), choices: ['ndjson', 'ocsf'], default: 'ndjson' },
  },
  settings: ledgerAndLog,
  examples: ['--since 2026-11-01T00:00:00Z > trail.ndjson', '--format ocsf'],
  fails: 'The ledger or the output fails; a reader that closes the pipe is not a failure',
  request: ({ since = null, until, format }, _, problem): ExportRequest => {
    const request = { format, since, until: until ?? Date.now() };
    if (since !== null && since >= request.until) {
      problem(`--since must be before --until${until === undefined ? ', which is now' : ''}.`);
    }
    return request;
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
