import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../src/graphql/error-codes.ts';
import { replaceBlock, tableOf } from '../support/reference.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'contract.md');
const contract = readFileSync(file, 'utf8');

/** The table of error codes, in the place where the page has it. */
function generated(page: string): string {
  const rows = Object.entries(errorCodes).map(([code, { meaning, status, retryAfterSeconds, action }]) => [
    `\`${code}\``,
    meaning,
    retryAfterSeconds === null ? 'no' : `after ${retryAfterSeconds} s`,
    String(status),
    action,
  ]);
  return replaceBlock(page, 'errors', tableOf(['code', 'meaning', 'retryable', 'status', 'client'], rows));
}

test('the contract lists the error codes of the code (UPDATE_REFERENCE=1 writes them)', () => {
  const page = generated(contract);
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, page);
  else expect(contract).toBe(page);
});
