/** A problem that no single field has. */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** An item of a list, and its index. */
export type Indexed<T> = readonly [index: number, item: T];

/** Items of a list whose key an earlier one has. */
export function duplicates<Item>(
  field: string,
  items: readonly Indexed<Item>[],
  keyOf: (item: Item) => string,
): readonly Contradiction[] {
  const seen = new Set<string>();
  return items.flatMap(([index, item]) => {
    const key = keyOf(item);
    const isDuplicate = seen.has(key);
    seen.add(key);
    return isDuplicate ? [{ path: [field, index], message: `${key} is a duplicate; keep one of them.` }] : [];
  });
}
