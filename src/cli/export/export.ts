import type { Writable } from 'node:stream';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { AuditEntry } from '../../model/audit.ts';

/**
 * Entries read at a time: enough that a page of ordinary entries fills an answer of DynamoDB (1 MB), and few enough that
 * one of the biggest entries that DynamoDB can hold (400 KB) stays well below what a small machine has.
 */
const pageSize = 250;

/** What came of an export, with the number of entries that were written. */
export type Exported =
  | { readonly kind: 'done'; readonly count: number }
  /** The reader closed its end: it wants no more. */
  | { readonly kind: 'closed' }
  /** `last` is the oldest entry that was written; null when none was. */
  | {
      readonly kind: 'ledger-failed' | 'output-failed';
      readonly error: Error;
      readonly count: number;
      readonly last: AuditEntry | null;
    };

/**
 * Writes the trail of a range, newest first, a line an entry. Holds one page at a time: the next is read when the output has
 * taken the one before. What is added to the trail meanwhile is newer than all that is still to come, so every entry comes
 * once.
 *
 * @param range milliseconds since the epoch; `since` inclusive, `until` exclusive
 * @param report told after every page: entries so far, and the instant of the oldest
 */
export async function exportTrail(
  ledger: Pick<Ledger, 'readTrail'>,
  range: { readonly since: number | null; readonly until: number },
  lineOf: (entry: AuditEntry) => string,
  output: Writable,
  report: (count: number, reached: string) => void,
): Promise<Exported> {
  // The write's callback tells of errors too; without this one, the event would end the process.
  output.on('error', () => undefined);
  const query = { partition: { kind: 'all' }, ...range, events: null, operations: null, limit: pageSize } as const;
  let count = 0;
  let last: AuditEntry | null = null;
  let before: string | null = null;
  try {
    do {
      const page = await ledger.readTrail({ ...query, before });
      const oldest = page.entries.at(-1);
      if (oldest !== undefined) {
        await written(output, page.entries.map((entry) => `${lineOf(entry)}\n`).join(''));
        count += page.entries.length;
        last = oldest;
        report(count, oldest.time);
      }
      before = page.next;
    } while (before !== null);
    return { kind: 'done', count };
  } catch (error) {
    if (error instanceof LedgerUnavailable) return { kind: 'ledger-failed', error, count, last };
    if (!isSystemError(error)) throw error;
    return error.code === 'EPIPE' ? { kind: 'closed' } : { kind: 'output-failed', error, count, last };
  }
}

function written(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
