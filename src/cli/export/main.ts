import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditEntryId } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { openExistingLedger } from '../../local/ledger.ts';
import { readLedgerSettings } from '../../local/settings.ts';
import { help, parseArguments } from './arguments.ts';
import type { ExportFormat } from './arguments.ts';
import { exportTrail } from './export.ts';
import type { Exported } from './export.ts';
import { ocsfEvent } from './ocsf.ts';
import { createProgress } from './progress.ts';

/** `npm run audit:export`: the trail on standard output. Gives the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const request = parseArguments(args, Date.now());
  if (request.kind === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (request.kind === 'wrong') return failed(2, `${request.message}\n\n${help.trimEnd()}`);
  const settings = attempt(readLedgerSettings);
  if (settings instanceof Error) return failed(2, settings.message);
  const ledger = attempt(() => openExistingLedger(settings));
  if (ledger instanceof Error) return failed(1, ledger.message);
  const progress = createProgress(process.stderr, () => performance.now());
  const exported = await exportTrail(ledger, request, lineOf[request.format], process.stdout, progress.report);
  progress.end();
  ledger.close();
  return finish(exported);
}

const version = versionOf(readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8'));

const lineOf: Readonly<Record<ExportFormat, (entry: AuditEntry) => string>> = {
  ndjson: (entry) => JSON.stringify({ id: auditEntryId(entry), ...entry }),
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
      : `Nothing more can be written: ${error.message}`;
  return failed(1, `${what}\n${count} entries were written${last === null ? '.' : `; ${goOn(last)}`}`);
}

/** How to get the rest after a failure. The entries of one millisecond may be torn apart, so that one is asked for again. */
function goOn({ time }: AuditEntry): string {
  const until = new Date(Date.parse(time) + 1).toISOString();
  return `go on with --until ${until}, which gives those of that millisecond again, with the same ids.`;
}

/** What the store said; of an AWS error its name too, which often is all that it has. */
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

process.exitCode = await run(process.argv.slice(2));
