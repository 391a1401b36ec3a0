import type { Condition, Item, Path, Update } from '../../../src/ledger/stored/items.ts';

/** Whether an item meets a condition, as in DynamoDB; null: there is none. */
export function meets(item: Item | null, condition: Condition): boolean {
  switch (condition.kind) {
    case 'exists':
      return valueAt(item, condition.path) !== undefined;
    case 'absent':
      return valueAt(item, condition.path) === undefined;
    case 'equals':
      return isEqual(valueAt(item, condition.path), condition.value);
    case 'less':
      return isOrdered(valueAt(item, condition.path), condition.value, (order) => order < 0);
    case 'lessOrEqual':
      return isOrdered(valueAt(item, condition.path), condition.value, (order) => order <= 0);
    case 'isIn': {
      const value = valueAt(item, condition.path);
      return condition.values.some((one) => one === value);
    }
    case 'contains':
      return has(valueAt(item, condition.path), condition.value);
    case 'sizeLess': {
      const size = sizeOf(valueAt(item, condition.path));
      return size !== null && size < condition.value;
    }
    case 'and':
      return condition.conditions.every((one) => meets(item, one));
    case 'or':
      return condition.conditions.some((one) => meets(item, one));
    case 'not':
      return !meets(item, condition.condition);
  }
}

/** The value at a path; undefined if there is none. */
export function valueAt(item: Item | null, path: Path): unknown {
  const names = typeof path === 'string' ? [path] : path;
  return names.reduce<unknown>((value, name) => (isMap(value) ? value[name] : undefined), item);
}

/** Whether a value is a map of names to values, as an item is one. */
export function isMap(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set);
}

function isEqual(one: unknown, other: unknown): boolean {
  if (!(one instanceof Set) || !(other instanceof Set)) return one === other;
  return one.size === other.size && [...one].every((text) => other.has(text));
}

function isOrdered(one: unknown, other: string | number, isMet: (order: number) => boolean): boolean {
  if (typeof one === 'number' && typeof other === 'number') return isMet(one - other);
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  return isMet(Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

function has(value: unknown, text: string): boolean {
  if (value instanceof Set) return value.has(text);
  return (Array.isArray(value) || typeof value === 'string') && value.includes(text);
}

/** The number of elements of a set, list or map; null for other values. */
function sizeOf(value: unknown): number | null {
  if (value instanceof Set) return value.size;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : null;
}

/**
 * The item after an update. Throws an Error, which means a bug, if it adds to a value of another
 * type.
 */
export function updated(item: Item, { set, add = {}, remove = [], addTo = {}, removeFrom = {} }: Update): Item {
  const next = new Map(Object.entries({ ...item, ...set }));
  for (const [name, number] of Object.entries(add)) next.set(name, numberIn(item, name) + number);
  for (const name of remove) next.delete(name);
  for (const [name, texts] of Object.entries(addTo)) next.set(name, new Set([...setIn(item, name), ...texts]));
  for (const [name, texts] of Object.entries(removeFrom)) {
    const left = new Set([...setIn(item, name)].filter((text) => !texts.has(text)));
    if (left.size === 0) next.delete(name);
    else next.set(name, left);
  }
  return Object.fromEntries(next);
}

function numberIn(item: Item, name: string): number {
  const value = item[name] ?? 0;
  if (typeof value !== 'number') throw new Error(`The attribute ${name} is not a number.`);
  return value;
}

function setIn(item: Item, name: string): ReadonlySet<string> {
  const value = item[name] ?? new Set();
  if (!(value instanceof Set)) throw new Error(`The attribute ${name} is not a set.`);
  return value as ReadonlySet<string>;
}

/** The most bytes of an item. Source: AWS, "Quotas in Amazon DynamoDB". */
const maxItemBytes = 400 * 1024;

/**
 * Whether DynamoDB would reject an item for its size: "DynamoDB item sizes and formats" in its
 * documentation. Throws an Error, which means a bug, for a value that DynamoDB can't store.
 */
export function isTooLarge(item: Item): boolean {
  return itemBytes(item) > maxItemBytes;
}

/** The size of an item as DynamoDB counts it. Throws an Error as {@link isTooLarge} does. */
export function itemBytes(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + bytesOf(value)));
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'boolean' || value === null) return 1;
  if (typeof value === 'number' && Number.isFinite(value)) return bytesOfNumber(value);
  if (value instanceof Set && value.size > 0) return sum([...value].map(bytesOf));
  // Lists and maps take 3 bytes, and 1 for each element.
  if (Array.isArray(value)) return 3 + sum(value.map((one) => 1 + bytesOf(one)));
  if (!isMap(value)) throw new Error(`DynamoDB can't store such a ${typeof value}.`);
  return 3 + sum(Object.entries(value).map(([name, one]) => 1 + Buffer.byteLength(name) + bytesOf(one)));
}

/** About a byte for two significant digits, and one more. */
function bytesOfNumber(value: number): number {
  const digits = String(Math.abs(value))
    .replace(/e.*$/, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
