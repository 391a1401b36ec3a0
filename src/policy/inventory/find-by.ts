/**
 * Creates a function that finds an item of a list by a key. The first use of a list indexes it, so
 * that further look-ups take constant time. The list must not change afterwards. Of items with the
 * same key it finds the first.
 *
 * @param keysOf the keys of an item
 */
export function findBy<Item>(
  keysOf: (item: Item) => readonly string[],
): (items: readonly Item[], key: string) => Item | null {
  const indexes = new WeakMap<readonly Item[], ReadonlyMap<string, Item>>();
  return (items, key) => {
    const index = indexes.get(items) ?? indexOf(items, keysOf);
    indexes.set(items, index);
    return index.get(key) ?? null;
  };
}

function indexOf<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): ReadonlyMap<string, Item> {
  const index = new Map<string, Item>();
  for (const item of items) {
    for (const key of keysOf(item)) if (!index.has(key)) index.set(key, item);
  }
  return index;
}
