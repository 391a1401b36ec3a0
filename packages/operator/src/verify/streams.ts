/**
 * The results of a function for each item, in their order, with up to `count` calls at the same
 * time.
 */
export async function* ahead<A, B>(
  items: Iterable<A> | AsyncIterable<A>,
  count: number,
  work: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const running: Promise<B>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Awaited in its turn; an earlier failure ends the list before.
    result.catch(() => undefined);
    running.push(result);
    if (running.length < count) continue;
    const [first] = running.splice(0, 1);
    if (first) yield await first;
  }
  for (const result of running) yield await result;
}

/** Reads a list in groups of items that have the same key. */
export function grouped<T>(items: AsyncIterable<T>, keyOf: (item: T) => string) {
  const iterator = items[Symbol.asyncIterator]();
  let next: IteratorResult<T> | null = null;
  const peek = async () => (next ??= await iterator.next());
  return {
    /** The key of the next group; null: there is none. */
    async key(): Promise<string | null> {
      const { done, value } = (await peek()) as IteratorResult<T, undefined>;
      return done === true ? null : keyOf(value);
    },
    /** The items of the next group if it has this key. */
    async take(key: string): Promise<T[]> {
      const items: T[] = [];
      while ((await this.key()) === key) {
        const { done, value } = (await peek()) as IteratorResult<T, undefined>;
        if (done !== true) items.push(value);
        next = null;
      }
      return items;
    },
  };
}
