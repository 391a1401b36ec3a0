import { setTimeout as sleep } from 'node:timers/promises';
import { createRateLimiter } from '../../src/runtime/rate-limiter.ts';

const wanted = () => true;
const soon = () => Date.now() + 10_000;

test('no more tasks are under way at once than allowed, and none is lost', async () => {
  const rateLimiter = createRateLimiter({ describeConcurrency: 3, describesPerSecond: 1_000 }, Date.now);
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
  const bounds = { deadline: soon(), isWanted: wanted };
  expect(await Promise.all(values.map((value) => rateLimiter.run(task(value), bounds)))).toEqual(values);
  expect(most).toBe(3);
});

test('a task that throws gives its place up', async () => {
  const rateLimiter = createRateLimiter({ describeConcurrency: 1, describesPerSecond: 1_000 }, Date.now);
  const bounds = { deadline: soon(), isWanted: wanted };
  await expect(rateLimiter.run(() => Promise.reject(new Error('broken')), bounds)).rejects.toThrow('broken');
  expect(await rateLimiter.run(() => Promise.resolve('next'), bounds)).toBe('next');
});

test('a task whose turn would come after its deadline is not begun, and takes nobody’s turn', async () => {
  const rateLimiter = createRateLimiter({ describeConcurrency: 9, describesPerSecond: 2 }, Date.now);
  const begun: number[] = [];
  const run = (deadline: number) =>
    rateLimiter.run(() => Promise.resolve(begun.push(Date.now())), { deadline, isWanted: wanted });
  const late = Date.now() + 500;
  const results = await Promise.all([run(late), run(late), run(late), run(late), run(soon())]);
  expect(results.map((result) => result !== null)).toEqual([true, true, false, false, true]);
  expect((begun[2] ?? 0) - (begun[0] ?? 0)).toBeLessThan(1_500);
});

test('a task that is not wanted any more is not begun, also after it has waited for its turn', async () => {
  const rateLimiter = createRateLimiter({ describeConcurrency: 9, describesPerSecond: 1 }, Date.now);
  let isOver = false;
  let begun = 0;
  const task = async () => {
    begun += 1;
    isOver = true;
  };
  const run = () => rateLimiter.run(task, { deadline: soon(), isWanted: () => !isOver });
  expect(await Promise.all([run(), run(), run()])).toEqual([undefined, null, null]);
  expect(begun).toBe(1);
});

test('says how long so many tasks take at least', () => {
  const { leastMs } = createRateLimiter({ describeConcurrency: 8, describesPerSecond: 20 }, Date.now);
  expect([0, 1, 20, 21, 40, 41, 1_000].map(leastMs)).toEqual([0, 0, 0, 1_000, 1_000, 2_000, 49_000]);
});
