/**
 * Values by key, of a bounded size together. Those that were not used for the longest time are
 * forgotten first.
 */
export interface LruCache<Value> {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
}

/**
 * Creates an empty cache. `sizeOf` returns the size of a value, in the unit of `maxSize`; by
 * default, values are counted.
 */
export function makeLruCache<Value extends object>(
  maxSize: number,
  sizeOf: (value: Value) => number = () => 1,
): LruCache<Value> {
  // A Map has its keys in the order in which they were set.
  const values = new Map<string, Value>();
  let size = 0;
  const remove = (key: string) => {
    const value = values.get(key);
    values.delete(key);
    if (value !== undefined) size -= sizeOf(value);
  };
  return {
    get: (key) => {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set: (key, value) => {
      remove(key);
      values.set(key, value);
      size += sizeOf(value);
      for (const oldest of values.keys()) {
        if (size <= maxSize) return;
        remove(oldest);
      }
    },
  };
}
