import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../../../tools/command.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { formatVersion } from '../../../../src/ledger/format.ts';
import { openExistingLedger } from '../../../local-gateway/src/ledger.ts';
import { readLedgerSettings } from '../../../local-gateway/src/settings.ts';
import { help, options, readExportRequest } from './arguments.ts';
import type { ExportFormat, ExportRequest } from './arguments.ts';
import { exportTrail } from './export.ts';
import type { Exported } from './export.ts';
import { ocsfEvent } from './ocsf.ts';
import { makeProgress } from './progress.ts';

/** Writes the trail to standard output. Gives the exit code. */
async function run({ format, since, until }: ExportRequest): Promise<number> {
  const settings = attempt(readLedgerSettings);
  if (settings instanceof Error) return failed(2, settings.message);
  const ledger = attempt(() => openExistingLedger(settings));
  if (ledger instanceof Error) return failed(1, ledger.message);
  const progress = makeProgress(process.stderr, () => performance.now());
  const range = { since, until };
  const exported = await exportTrail(ledger, range, lineOf[format], process.stdout, progress.report);
  progress.end();
  ledger.close();
  return finish(exported);
}

const version = versionOf(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8'));

const lineOf: Readonly<Record<ExportFormat, (entry: AuditEntry) => string>> = {
  ndjson: (entry) => JSON.stringify({ v: formatVersion, id: auditEntryId(entry), ...entry }),
  ocsf: (entry) => JSON.stringify(ocsfEvent(entry, version)),
};

function versionOf(packageText: string): string {
  return (JSON.parse(packageText) as { version: string }).version;
}

function finish(exported: Exported): number {
  if (exported.kind === 'done' || exported.kind === 'closed') return 0;
  const { kind, error, count, last } = exported;
  const what =
    kind === 'ledger-failed'
      ? `The ledger can't be read: ${reasonOf(error)}`
      : `The output can't be written: ${error.message}`;
  return failed(1, `${what}\n${count} entries were written${last === null ? '.' : `. ${continuation(last)}`}`);
}

/** How to get the rest after a failure. Entries of the last millisecond may be missing, so it is read again. */
function continuation({ time }: AuditEntry): string {
  const until = new Date(Date.parse(time) + 1).toISOString();
  return `Continue with --until ${until}; entries of that last millisecond are repeated, with the same ids.`;
}

/** The message of the store. AWS errors get their name too, as some have no message. */
function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : message;
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function failed(code: 1 | 2, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}

process.exitCode = await runCommand({ help, options, run: (values) => run(readExportRequest(values, Date.now())) });
