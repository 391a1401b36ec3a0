import { existsSync } from 'node:fs';
import { openSqliteFile } from './file.ts';

/** How long a copy waits for a process that has locked the file, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Copies a ledger, of which processes may write at the same time, to one file with all that was
 * committed before. Throws an Error where there is no ledger, or the target exists.
 */
export function copySqliteLedger(file: string, target: string): void {
  if (!existsSync(file))
    throw new Error(`The ledger file ${file} does not exist. Set LEDGER_FILE to the file of a ledger.`);
  if (existsSync(target)) throw new Error(`${target} exists already. Give another name for the copy.`);
  const database = openSqliteFile(file, timeoutMs);
  try {
    // https://www.sqlite.org/lang_vacuum.html: a consistent snapshot, which takes no lock that
    // writers wait for.
    database.prepare('VACUUM INTO ?').run(target);
  } finally {
    database.close();
  }
}
