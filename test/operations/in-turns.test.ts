import { inTurns } from '../../src/operations/expiry/in-turns.ts';

/** Queues of values whose first letter names the queue. */
const queues = (...counts: readonly number[]) =>
  counts.map((count, queue) => Array.from({ length: count }, (_, index) => `${'abcdef'[queue] ?? ''}${index}`));

test('each queue has its first turn before any has its second, and none two at the same time', async () => {
  const begun: string[] = [];
  const open = new Set<string>();
  await inTurns(queues(3, 1, 2, 1, 1, 2), 10, async (value) => {
    const [queue = ''] = value;
    expect(open).not.toContain(queue);
    open.add(queue);
    begun.push(value);
    await Promise.resolve();
    open.delete(queue);
    return true;
  });
  expect(begun.map(([, round]) => round)).toEqual('0 0 0 0 0 0 1 1 1 2'.split(' '));
});

test('a queue has a number of turns, which only some values use, and what is left is counted', async () => {
  const done: string[] = [];
  const left = await inTurns(queues(5, 2), 2, (value) => {
    done.push(value);
    return Promise.resolve(value !== 'a0');
  });
  expect(done.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1']);
  expect(left).toBe(2);
});
