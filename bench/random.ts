/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks an item; an item's weight is its share. Throws an Error for an empty list. */
export function pick<Item>(random: () => number, items: readonly Item[], weightOf: (item: Item) => number): Item {
  let rest = random() * items.reduce((sum, item) => sum + weightOf(item), 0);
  const picked = items.find((item) => (rest -= weightOf(item)) < 0) ?? items.at(-1);
  if (picked === undefined) throw new Error('There is nothing to pick from.');
  return picked;
}
