import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../../src/runtime/deadline.ts';

const never = new Promise<never>(() => undefined);
const tooLate = () => new Error('too late');

test('an answer within the deadline is returned, and an error is thrown', async () => {
  expect(await withDeadline(1_000, sleep(10, 'answer'), tooLate)).toBe('answer');
  await expect(withDeadline(1_000, Promise.reject(new Error('no')), tooLate)).rejects.toThrow('no');
});

test.each([30, 0, -1_000])('a call without an answer fails with the given error after %i ms', async (leftMs) => {
  await expect(withDeadline(leftMs, never, tooLate)).rejects.toThrow('too late');
});

test('a failure after the deadline is not an unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  try {
    const failing = sleep(60).then(() => Promise.reject(new Error('late')));
    await expect(withDeadline(10, failing, tooLate)).rejects.toThrow('too late');
    await sleep(100);
    expect(unhandled).toEqual([]);
  } finally {
    process.removeListener('unhandledRejection', listen);
  }
});
