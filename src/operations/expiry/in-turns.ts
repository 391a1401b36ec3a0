/** How many values are worked on at the same time. */
const concurrency = 4;

/** Works on all values in their order, a few at the same time. */
export async function inParallel<Value>(
  values: readonly Value[],
  work: (value: Value) => Promise<void>,
): Promise<void> {
  const queue = values.values();
  const worker = async () => {
    for (const value of queue) await work(value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/**
 * Works on the first value of each queue, then on the second of each, and so on. Of one queue never
 * on two at the same time, so that a long queue takes no time from the others. Returns how many
 * values it left.
 *
 * @param most how many turns a queue has
 * @param work whether a value used one of them
 */
export async function inTurns<Value>(
  queues: readonly (readonly Value[])[],
  most: number,
  work: (value: Value) => Promise<boolean>,
): Promise<number> {
  const waiting = queues.map((values) => ({ values: values.values(), turns: most }));
  let left = 0;
  const worker = async () => {
    for (let queue = waiting.shift(); queue; queue = waiting.shift()) {
      const { value, done } = queue.values.next();
      if (done) continue;
      if (await work(value)) queue.turns -= 1;
      if (queue.turns > 0) waiting.push(queue);
      else left += [...queue.values].length;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return left;
}
