import { UnsupportedFormat } from '../../../../src/ledger/format.ts';
import { LedgerUnavailable, noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';

/**
 * Entries per page. A page of ordinary entries fills a response of DynamoDB (1 MB); a page of the
 * largest entries that DynamoDB can store (400 KB each) takes 100 MB of memory.
 */
const pageSize = 250;

/** The result of an export, with the number of entries that were written. */
export type Exported =
  | { readonly kind: 'done'; readonly count: number }
  /** The reader closed the pipe. */
  | { readonly kind: 'closed' }
  /** `last` is the oldest entry that was written; null when none was. */
  | {
      readonly kind: 'ledger-failed' | 'output-failed';
      readonly error: Error;
      readonly count: number;
      readonly last: AuditEntry | null;
    };

/**
 * Writes the entries of a range, newest first, one line each. Keeps one page in memory: the next
 * one is read when the output has accepted the one before. Entries added meanwhile are newer than
 * all that is still to be read, so each is written once.
 *
 * @param range milliseconds since the epoch; `since` inclusive, `until` exclusive
 * @param report called after every page with the number of entries so far and the time of the
 *   oldest
 */
export async function exportTrail(
  ledger: Pick<Ledger, 'readTrail'>,
  range: { readonly since: number | null; readonly until: number },
  lineOf: (entry: AuditEntry) => string,
  output: NodeJS.WritableStream,
  report: (count: number, reached: string) => void,
): Promise<Exported> {
  // Errors are handled in the callback of each write; without a listener, the event would end the
  // process.
  output.on('error', () => undefined);
  const query = { partition: { kind: 'all' }, ...noFilters, ...range, limit: pageSize } as const;
  let count = 0;
  let last: AuditEntry | null = null;
  let before: string | null = null;
  try {
    do {
      const page = await ledger.readTrail({ ...query, before });
      const oldest = page.entries.at(-1);
      if (oldest !== undefined) {
        await writeText(output, page.entries.map((entry) => `${lineOf(entry)}\n`).join(''));
        count += page.entries.length;
        last = oldest;
        report(count, oldest.time);
      }
      before = page.next;
    } while (before !== null);
    return { kind: 'done', count };
  } catch (error) {
    if (error instanceof LedgerUnavailable || error instanceof UnsupportedFormat)
      return { kind: 'ledger-failed', error, count, last };
    if (!isSystemError(error)) throw error;
    return error.code === 'EPIPE' ? { kind: 'closed' } : { kind: 'output-failed', error, count, last };
  }
}

function writeText(output: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
