import type { TakeRows } from '../queries/terms/request-context.ts';
import { answerTooLarge } from './errors.ts';
import { currentReport } from './request-report.ts';

/**
 * Maximum number of rows (associations and entries, at any depth) of one answer. `stringifyAnswer`
 * limits its bytes.
 */
const maxRows = 5_000;

/** Creates the counter of one request. */
export function countRows(): TakeRows {
  let taken = 0;
  return (count) => {
    taken += count;
    if (taken <= maxRows) return;
    throw answerTooLarge(`${maxRows} associations and entries`, currentReport().operation);
  };
}
