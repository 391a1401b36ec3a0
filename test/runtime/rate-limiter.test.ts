import { setTimeout as sleep } from 'node:timers/promises';
import { makeRateLimiter } from '../../src/runtime/rate-limiter.ts';

const needed = () => true;
const soon = () => Date.now() + 10_000;

test('runs no more tasks at once than allowed and loses none', async () => {
  const rateLimiter = makeRateLimiter({ concurrency: 3, perSecond: 1_000 }, Date.now);
  let running = 0;
  let most = 0;
  const task = (value: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(5);
    running -= 1;
    return value;
  };
  const values = Array.from({ length: 20 }, (_, index) => index);
  const bounds = { deadline: soon(), isNeeded: needed };
  expect(await Promise.all(values.map((value) => rateLimiter.run(task(value), bounds)))).toEqual(values);
  expect(most).toBe(3);
});

test('frees the slot of a task that throws', async () => {
  const rateLimiter = makeRateLimiter({ concurrency: 1, perSecond: 1_000 }, Date.now);
  const bounds = { deadline: soon(), isNeeded: needed };
  await expect(rateLimiter.run(() => Promise.reject(new Error('broken')), bounds)).rejects.toThrow('broken');
  expect(await rateLimiter.run(() => Promise.resolve('next'), bounds)).toBe('next');
});

/** A limiter whose clock stands still at 0, and the times at which it starts tasks. */
function scheduled(limits: { concurrency: number; perSecond: number }) {
  const waits: number[] = [];
  const wait = (ms: number) => Promise.resolve(waits.push(ms));
  return { waits, rateLimiter: makeRateLimiter(limits, () => 0, wait) };
}

test('starts no more tasks within a second than allowed', async () => {
  const { waits, rateLimiter } = scheduled({ concurrency: 9, perSecond: 2 });
  const run = () => rateLimiter.run(() => Promise.resolve(), { deadline: 10_000, isNeeded: needed });
  await Promise.all(Array.from({ length: 7 }, run));
  expect(waits).toEqual([1_000, 1_000, 2_000, 2_000, 3_000]);
});

test('does not start a task after its deadline, and reserves no slot for it', async () => {
  const { waits, rateLimiter } = scheduled({ concurrency: 9, perSecond: 2 });
  const run = (deadline: number) => rateLimiter.run(() => Promise.resolve('started'), { deadline, isNeeded: needed });
  const results = await Promise.all([run(500), run(500), run(500), run(500), run(10_000)]);
  expect(results).toEqual(['started', 'started', null, null, 'started']);
  expect(waits).toEqual([1_000]);
});

test('does not start a task that is no longer needed, even after it waited', async () => {
  const { rateLimiter } = scheduled({ concurrency: 9, perSecond: 1 });
  let isOver = false;
  let started = 0;
  const task = async () => {
    started += 1;
    isOver = true;
  };
  const run = () => rateLimiter.run(task, { deadline: soon(), isNeeded: () => !isOver });
  expect(await Promise.all([run(), run(), run()])).toEqual([undefined, null, null]);
  expect(started).toBe(1);
});

test('computes the least time that a number of tasks takes', () => {
  const { leastMs } = makeRateLimiter({ concurrency: 8, perSecond: 20 }, Date.now);
  expect([0, 1, 20, 21, 40, 41, 1_000].map(leastMs)).toEqual([0, 0, 0, 1_000, 1_000, 2_000, 49_000]);
});
