import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../../src/runtime/deadline.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';

const never = new Promise<never>(() => undefined);

test('what the ledger answers in time is the answer', async () => {
  expect(await withDeadline(1_000, sleep(10, 'answer'))).toBe('answer');
  await expect(withDeadline(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test.each([30, 0, -1_000])('a ledger that says nothing is unavailable after %i ms', async (leftMs) => {
  await expect(withDeadline(leftMs, never)).rejects.toThrow(LedgerUnavailable);
});

test('a failure that comes too late to be heard ends nothing', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  try {
    const failing = sleep(60).then(() => Promise.reject(new Error('late')));
    await expect(withDeadline(10, failing)).rejects.toThrow(LedgerUnavailable);
    await sleep(100);
    expect(unheard).toEqual([]);
  } finally {
    process.removeListener('unhandledRejection', hear);
  }
});
