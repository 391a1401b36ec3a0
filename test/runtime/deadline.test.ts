import { setTimeout as sleep } from 'node:timers/promises';
import { makeDeadline, withDeadline } from '../../src/runtime/deadline.ts';

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

describe('a deadline', () => {
  let now = 1_000;
  let monotonic = 0n;
  const hrtime = jest.spyOn(process.hrtime, 'bigint').mockImplementation(() => monotonic);
  beforeEach(() => {
    now = 1_000;
    monotonic = 0n;
  });
  afterAll(() => hrtime.mockRestore());
  const open = () => makeDeadline(now + 500, () => now);

  test('is over once the clock shows it, also if the monotonic clock stood still', () => {
    const deadline = open();
    now += 499;
    expect(deadline.aborted).toBe(false);
    now += 1;
    expect(deadline.aborted).toBe(true);
  });

  test('is over once its time has passed, also if the clock was set back', () => {
    const deadline = open();
    now -= 60_000;
    monotonic = 499_999_999n;
    expect(deadline.aborted).toBe(false);
    monotonic = 500_000_000n;
    expect(deadline.aborted).toBe(true);
  });

  test('is over when it is ended, and tells those who listen', () => {
    const deadline = open();
    const listen = jest.fn();
    deadline.addEventListener('abort', listen);
    deadline.end();
    expect(deadline.aborted).toBe(true);
    expect(listen).toHaveBeenCalledTimes(1);
  });

  test('tells those who listen when its time has passed', async () => {
    const deadline = makeDeadline(now + 20, () => now);
    await new Promise((resolve) => deadline.addEventListener('abort', resolve));
    expect(deadline.aborted).toBe(true);
  });

  test('that never comes is not over', async () => {
    const deadline = makeDeadline(Infinity, () => now);
    await sleep(20);
    expect(deadline.aborted).toBe(false);
  });

  test('in the past is over at once', () => {
    expect(makeDeadline(now, () => now).aborted).toBe(true);
  });
});
