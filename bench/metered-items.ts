import { isDeepStrictEqual } from 'node:util';
import { itemBytes } from '../packages/sqlite-ledger/src/evaluate.ts';
import type { Item, ItemQuery, Items, Key, Write } from '../src/ledger/stored/items.ts';
import { indexesOf, keySchemaOf, tableKeys } from '../src/ledger/stored/tables.ts';
import type { KeySchema, TableName } from '../src/ledger/stored/tables.ts';
import type { Consumption } from './capacity.ts';
import { unitBytes } from './prices.ts';

/** What a call consumed. */
export interface MeteredCall extends Partial<Consumption> {
  /** How long it took to find out, of the clock and of the processor. Milliseconds. */
  readonly meter: Stopped;
}

/** A time of the clock, and of the processor. Milliseconds. */
export interface Stopped {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Bytes of a read unit, of a strongly consistent read. Of an index, a read takes half of it. */
const readUnitBytes = 4_096;

/** Units of a transaction for each in the table; in an index it takes one. */
const transacted = 2;

/**
 * Items of a store in this process that report what DynamoDB would charge for each call, by the
 * sizes of items: "Read and write operations" and "Global secondary indexes" in its guide.
 */
export function meteredItems(items: Items, report: (consumed: MeteredCall) => void): Items {
  const written = async <Result>(writes: readonly Write[], send: () => Promise<Result>): Promise<Result> => {
    const stored = () => writes.map((write) => items.get(write.table, keyOf(write)));
    // The store does each call at once, so that nothing comes in between.
    const reads = timed(stored);
    const result = send();
    const readsAfter = timed(stored);
    const [before, after] = [await Promise.all(reads.value), await Promise.all(readsAfter.value)];
    const factor = writes.length > 1 ? transacted : 1;
    const each = timed(() => writes.map((write, index) => unitsOf(write, before[index] ?? null, after[index] ?? null)));
    report({
      dynamoDbCalls: 1,
      tableUnits: factor * sum(each.value.map(({ inTable }) => inTable)),
      indexUnits: sum(each.value.map(({ inIndexes }) => inIndexes)),
      meter: sumOf(reads, readsAfter, each),
    });
    return result;
  };
  const read = async <Found extends readonly (Item | null)[]>(
    found: Promise<Found>,
    perBlock: number,
  ): Promise<Found> => {
    const all = await found;
    const units = timed(() =>
      sum(all.map((item) => perBlock * blocks(item === null ? 0 : itemBytes(item), readUnitBytes))),
    );
    report({ dynamoDbCalls: 1, readUnits: units.value, meter: sumOf(units) });
    return all;
  };
  return {
    get: async (table, key) =>
      (
        await read(
          items.get(table, key).then((item) => [item]),
          1,
        )
      )[0] ?? null,
    getTogether: (keys) => read(items.getTogether(keys), transacted),
    getMany: (keys) => read(items.getMany(keys), 1 / 2),
    query: async (query) => {
      const page = await items.query(query);
      const whole = timed(() => (isPart(query) ? items.query(wholeOf(query, page.examined)) : Promise.resolve(page)));
      const { items: examined } = await whole.value;
      const bytes = timed(() => sum(examined.map(itemBytes)));
      const readUnits = blocks(bytes.value, readUnitBytes) * (query.index === undefined ? 1 : 1 / 2);
      report({ dynamoDbCalls: 1, readUnits, meter: sumOf(whole, bytes) });
      return page;
    },
    transact: (writes) => written(writes, () => items.transact(writes)),
    put: (put, returned) => written([put], () => items.put(put, returned)),
    update: (update) => written([update], () => items.update(update)),
  };
}

/** Starts to measure a time, up to the call of the function that it returns. */
export function startWatch(): () => Stopped {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
  };
}

/** Work that waits for nothing, and how long it took. */
interface Timed<Value> extends Stopped {
  readonly value: Value;
}

function timed<Value>(work: () => Value): Timed<Value> {
  const stop = startWatch();
  const value = work();
  return { value, ...stop() };
}

function sumOf(...times: readonly Stopped[]): Stopped {
  return { ms: sum(times.map(({ ms }) => ms)), cpuMs: sum(times.map(({ cpuMs }) => cpuMs)) };
}

/** Whether a query gives less than it examines. */
function isPart({ filter, attributes }: ItemQuery): boolean {
  return filter !== undefined || attributes !== undefined;
}

function wholeOf({ filter: _, attributes: _some, ...query }: ItemQuery, examined: number): ItemQuery {
  return { ...query, limit: examined };
}

/**
 * The write units of a write of an item, without those of a transaction. What a condition rejects
 * is charged too.
 */
function unitsOf(write: Write, before: Item | null, after: Item | null) {
  const { table } = write;
  const given = write.kind === 'put' ? write.item : null;
  const inTable = blocks(
    Math.max(...[before, after, given].map((item) => (item === null ? 0 : itemBytes(item)))),
    unitBytes,
  );
  const schemas = Object.keys(indexesOf(table)).map((index) => keySchemaOf(table, index));
  return { inTable, inIndexes: sum(schemas.map((schema) => indexUnitsOf(schema, table, before, after))) };
}

/** An index has an item if this has the attributes of its key; another key is a delete and a put. */
function indexUnitsOf(schema: KeySchema, table: TableName, before: Item | null, after: Item | null): number {
  const [one, other] = [before, after].map((item) => indexed(schema, table, item)) as [Item | null, Item | null];
  if (one === null || other === null) return unitsIn(one) + unitsIn(other);
  if (isDeepStrictEqual(one, other)) return 0;
  const isMoved = [schema.hash, schema.range ?? schema.hash].some((name) => one[name] !== other[name]);
  return isMoved ? unitsIn(one) + unitsIn(other) : Math.max(unitsIn(one), unitsIn(other));
}

/** What an index has of an item; null if it does not have it. */
function indexed({ hash, range = hash, projected }: KeySchema, table: TableName, item: Item | null): Item | null {
  if (item?.[hash] === undefined || item[range] === undefined) return null;
  if (projected === undefined) return item;
  const names = [hash, range, ...keyNames(table), ...projected].filter((name) => item[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

function unitsIn(item: Item | null): number {
  return item === null ? 0 : blocks(itemBytes(item), unitBytes);
}

function keyOf(write: Write): Key {
  if (write.kind !== 'put') return write.key;
  return Object.fromEntries(keyNames(write.table).map((name) => [name, String(write.item[name])]));
}

function keyNames(table: TableName): readonly string[] {
  const { hash, range = hash } = tableKeys[table];
  return [...new Set([hash, range])];
}

function blocks(bytes: number, size: number): number {
  return Math.max(1, Math.ceil(bytes / size));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
