import { LedgerUnavailable } from '../ledger/ledger.ts';

/**
 * What the ledger answers, or `LedgerUnavailable` once `leftMs` have passed: the write may be applied all the same, so the
 * caller must go on as if it knew nothing.
 */
export async function withDeadline<T>(leftMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new LedgerUnavailable(new Error('The ledger did not answer in the time of the request.')));
    timer = setTimeout(fail, Math.max(0, leftMs));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
