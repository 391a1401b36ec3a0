import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditEntryId } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { formatVersion } from '../../../../src/ledger/format.ts';
import { openLogStorage } from '../../../../tools/ledger/open-log.ts';
import type { LogSettings } from '../../../../tools/ledger/log-settings.ts';
import { openExistingLedger } from '../../../../tools/ledger/open-ledger.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { makeProgress } from '../cli/progress.ts';
import { reasonOf } from '../session.ts';
import { lastInclusion, sizeOfLog } from '../verify/log-leaves.ts';
import { exportTrail } from './export.ts';
import type { Exported } from './export.ts';
import { ocsfEvent } from './ocsf.ts';

/** How an entry is written, one line each. */
type ExportFormat = 'ndjson' | 'ocsf';

/** What to export. */
export interface ExportRequest {
  readonly format: ExportFormat;
  /** Milliseconds since the epoch, inclusive; null: from the first entry. */
  readonly since: number | null;
  /** Milliseconds since the epoch, exclusive. */
  readonly until: number;
}

/** Where the trail is, and the log that covers it. */
export type ExportSettings = LedgerSettings & { readonly log: LogSettings };

/**
 * Writes the trail to standard output, and says which checkpoint covers it. Throws an Error that
 * says how to continue after a failure.
 */
export async function run({ format, since, until }: ExportRequest, context: Context<ExportSettings>): Promise<number> {
  const { settings, stdout, stderr, warn } = context;
  const storage = openLogStorage(settings.log);
  const size = await sizeOfLog({ storage });
  const coveredTo = await lastInclusion({ storage }, size);
  let younger = 0;
  const countedLine = (entry: AuditEntry) => {
    if (Date.parse(entry.time) > coveredTo) younger += 1;
    return lineOf[format](entry);
  };
  const ledger = openExistingLedger(settings);
  const progress = makeProgress(stderr);
  const report = (count: number, reached: string) => progress.report(count, 'entries', `back to ${reached}`);
  const exported = await exportTrail(ledger, { since, until }, countedLine, stdout, report);
  progress.end();
  ledger.close();
  if (size > 0 && exported.kind === 'done') {
    warn(`Entries up to ${new Date(coveredTo).toISOString()} are covered by the checkpoint of ${size} leaves.`);
    if (younger > 0) warn(`${younger} entries are younger: no checkpoint covers them yet.`);
  }
  if (exported.kind === 'done' || exported.kind === 'closed') return 0;
  throw failureOf(exported);
}

const version = versionOf(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8'));

const lineOf: Readonly<Record<ExportFormat, (entry: AuditEntry) => string>> = {
  ndjson: (entry) => JSON.stringify({ v: formatVersion, id: auditEntryId(entry), ...entry }),
  ocsf: (entry) => JSON.stringify(ocsfEvent(entry, version)),
};

function versionOf(packageText: string): string {
  return (JSON.parse(packageText) as { version: string }).version;
}

function failureOf({ kind, error, count, last }: Extract<Exported, { error: Error }>): Error {
  const what =
    kind === 'ledger-failed'
      ? `The ledger can't be read: ${reasonOf(error)}`
      : `The output can't be written: ${error.message}`;
  const rest = last === null ? '.' : `. ${continuation(last)}`;
  return new Error(`${what}\n${count} entries were written${rest}`, { cause: error });
}

/**
 * How to get the rest after a failure. Entries of the last millisecond may be missing, so it is
 * read again.
 */
function continuation({ time }: AuditEntry): string {
  const until = new Date(Date.parse(time) + 1).toISOString();
  return `Continue with --until ${until}; entries of that last millisecond are repeated, with the same ids.`;
}
