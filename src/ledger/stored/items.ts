import type { TableName } from './tables.ts';

/**
 * An item of a table, by the names of its attributes. Their values are texts, numbers, booleans,
 * null, sets of texts, lists and maps.
 */
export type Item = Readonly<Record<string, unknown>>;

/** The key of an item: its hash key and, if the table has one, its range key. */
export type Key = Readonly<Record<string, string>>;

/** An attribute of an item, or one within its maps: the names on the way to it. */
export type Path = string | readonly string[];

/** A value that conditions compare. Texts are ordered by their UTF-8 bytes. */
type Comparable = string | number | boolean | ReadonlySet<string>;

/**
 * What a stored item must be. A comparison with an attribute that is absent, or of another type,
 * does not hold. An item that does not exist has no attributes.
 */
export type Condition =
  | { readonly kind: 'exists' | 'absent'; readonly path: Path }
  /** Two sets are equal if they have the same texts. */
  | { readonly kind: 'equals'; readonly path: Path; readonly value: Comparable }
  | { readonly kind: 'less' | 'lessOrEqual'; readonly path: Path; readonly value: string | number }
  | { readonly kind: 'isIn'; readonly path: Path; readonly values: readonly string[] }
  /** That a set or a list has a text, or that a text has a part. */
  | { readonly kind: 'contains'; readonly path: Path; readonly value: string }
  /** The number of elements of a set, list or map. */
  | { readonly kind: 'sizeLess'; readonly path: Path; readonly value: number }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

export function exists(path: Path): Condition {
  return { kind: 'exists', path };
}

export function absent(path: Path): Condition {
  return { kind: 'absent', path };
}

export function equals(path: Path, value: Comparable): Condition {
  return { kind: 'equals', path, value };
}

export function less(path: Path, value: string | number): Condition {
  return { kind: 'less', path, value };
}

export function lessOrEqual(path: Path, value: string | number): Condition {
  return { kind: 'lessOrEqual', path, value };
}

/** Whether an attribute is one of these texts: between 1 and 100. */
export function isIn(path: Path, values: readonly string[]): Condition {
  return { kind: 'isIn', path, values: [...new Set(values)] };
}

export function contains(path: Path, value: string): Condition {
  return { kind: 'contains', path, value };
}

export function sizeLess(path: Path, value: number): Condition {
  return { kind: 'sizeLess', path, value };
}

/** That all of at least one condition hold. */
export function allOf(...conditions: readonly Condition[]): Condition {
  return { kind: 'and', conditions };
}

/** That any of at least one condition holds. */
export function anyOf(...conditions: readonly Condition[]): Condition {
  return { kind: 'or', conditions };
}

export function not(condition: Condition): Condition {
  return { kind: 'not', condition };
}

/**
 * A change of an item, which it creates if there is none. No attribute is named twice, and none of
 * the key.
 */
export interface Update {
  readonly set?: Item;
  /** Added to numbers; an absent one is 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /** Added to sets, or removed from them. A set without texts is absent. */
  readonly addTo?: Readonly<Record<string, ReadonlySet<string>>>;
  readonly removeFrom?: Readonly<Record<string, ReadonlySet<string>>>;
}

/** Replaces an item. Without a condition, any stored item permits it. */
export interface Put {
  readonly kind: 'put';
  readonly table: TableName;
  readonly item: Item;
  readonly condition?: Condition;
}

/** Changes an item. Without a condition, any stored item permits it. */
export interface ItemUpdate {
  readonly kind: 'update';
  readonly table: TableName;
  readonly key: Key;
  readonly update: Update;
  readonly condition?: Condition;
}

/** Writes nothing: what it demands of an item is a condition of the transaction. */
interface Check {
  readonly kind: 'check';
  readonly table: TableName;
  readonly key: Key;
  readonly condition: Condition;
}

/** A write of one item. */
export type Write = Put | ItemUpdate | Check;

/** Why one of the writes of a transaction keeps it from being committed. */
export type Reason =
  | { readonly kind: 'none' | 'other' }
  /** `stored` is the item that does not meet the condition; null: there is none. */
  | { readonly kind: 'condition'; readonly stored: Item | null }
  /** The item would be larger than 400 KB, or have keys that its table does not accept. */
  | { readonly kind: 'tooLarge' };

/** Result of a transaction. */
export type TransactionResult =
  | { readonly kind: 'committed' }
  /** Nothing was written. A reason for each write; `failure` is for callers that expect none. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly Reason[]; readonly failure: Error };

/** Result of a write of one item. `replaced` is known only of a put, where it was asked for. */
export type WriteResult =
  | { readonly kind: 'written'; readonly replaced: Item | null }
  | { readonly kind: 'rejected'; readonly stored: Item | null };

/** The range keys that a query reads, both bounds inclusive. */
export type KeyRange =
  | { readonly kind: 'between'; readonly low: string; readonly high: string }
  | { readonly kind: 'prefix' | 'below' | 'above' | 'from'; readonly value: string }
  | { readonly kind: 'upTo'; readonly value: number };

/** A query for the items with one hash key, in the order of their range keys. */
export interface ItemQuery {
  readonly table: TableName;
  /** Absent: the table itself, and the read is strongly consistent; of an index it never is. */
  readonly index?: string;
  readonly hash: string;
  /** Absent: all. */
  readonly range?: KeyRange;
  readonly isDescending?: boolean;
  /** The most items to examine, including those that the filter excludes. Absent: as many as fit. */
  readonly limit?: number;
  /** `next` of the page before, or the keys of the item after which the page begins. */
  readonly start?: Item;
  /** Names no key. */
  readonly filter?: Condition;
  /** What the items of the page have; absent: all that the index has. */
  readonly attributes?: readonly Path[];
}

/** A page of a query. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly examined: number;
  /** Where the next page begins; null if all items were examined. */
  readonly next: Item | null;
}

/**
 * The store of items. Methods throw `LedgerUnavailable` where it can't be reached, and
 * `LedgerUnusable` where its tables are not those of this version.
 */
export interface SingleItems {
  /** Strongly consistent; null if there is none. */
  get(table: TableName, key: Key): Promise<Item | null>;
  query(query: ItemQuery): Promise<ItemPage>;
  put(put: Put, returned?: 'replaced'): Promise<WriteResult>;
}

/** With transactions. Each function has only what it uses, since its bundle has it all. */
export interface TransactedItems extends SingleItems {
  /** Writes up to 100 items of different keys, or none. */
  transact(writes: readonly Write[]): Promise<TransactionResult>;
}

/** With updates of one item. */
export interface UpdatedItems extends TransactedItems {
  update(update: ItemUpdate): Promise<WriteResult>;
}

/** With reads of several items of the idempotency table by their keys, in their order. */
export interface Items extends UpdatedItems {
  /** As they were at one time. */
  getTogether(keys: readonly string[]): Promise<readonly (Item | null)[]>;
  /** Up to 100. Eventually consistent. */
  getMany(keys: readonly string[]): Promise<readonly (Item | null)[]>;
}

/** Up to `limit` items of a query, over all of its pages. */
export async function queryAll(
  items: Pick<SingleItems, 'query'>,
  query: Omit<ItemQuery, 'limit' | 'start'>,
  limit = allItems,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let start: Item | null = null; ;) {
    const page: ItemPage = await items.query({ ...query, limit: limit - found.length, ...(start && { start }) });
    found.push(...page.items);
    if (page.next === null || found.length >= limit) return found;
    start = page.next;
  }
}

/** More items than a list can have. */
const allItems = 1_000_000;

/** A text of an item; empty if the attribute is absent or of another type. */
export function textIn(item: Item, name: string): string {
  return textOrNull(item, name) ?? '';
}

/** A text of an item; null if the attribute is absent or of another type. */
export function textOrNull(item: Item, name: string): string | null {
  const value = item[name];
  return typeof value === 'string' ? value : null;
}
