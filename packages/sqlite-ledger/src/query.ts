import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Item, ItemPage, ItemQuery, KeyRange, Path } from '../../../src/ledger/stored/items.ts';
import { keySchemaOf } from '../../../src/ledger/stored/tables.ts';
import { isMap, meets, valueAt } from './evaluate.ts';
import { itemOfText } from './item-text.ts';
import { attributeIn, keyColumns } from './schema.ts';

/** Items of a page of a query without a limit, as DynamoDB ends one after 1 MB. */
const pageItems = 500;

/**
 * A function that reads pages of queries. It prepares each statement on first use, and throws the
 * errors of SQLite.
 */
export function prepareQueries(database: DatabaseSync): (query: ItemQuery) => ItemPage {
  const statements = new Map<string, StatementSync>();
  return (query) => {
    const { sql, parameters } = queryStatement(query);
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    const limit = query.limit ?? pageItems;
    const hashKey = { [keySchemaOf(query.table, query.index).hash]: query.hash };
    const itemOf = ({ item, ...keys }: Record<string, SQLOutputValue>): Item =>
      item === undefined ? { ...keys, ...hashKey } : itemOfText(item as string);
    // One row more shows whether others follow.
    const rows = statement.all(...parameters, limit + 1);
    const items = rows.slice(0, limit).map(itemOf);
    const last = rows.length > limit ? items.at(-1) : undefined;
    const { filter } = query;
    const found = filter ? items.filter((item) => meets(item, filter)) : items;
    return { items: found.map(projection(query)), examined: items.length, next: last ? keysIn(query, last) : null };
  };
}

/** The statement of a query, and its parameters before the limit. Exported for tests. */
export function queryStatement(query: ItemQuery) {
  const { table, index, hash, range, start, isDescending = false } = query;
  const schema = keySchemaOf(table, index);
  const order = orderOf(table, schema.range).map((name) => attributeIn(table, name));
  const [rangeColumn = ''] = order;
  const [forth, back, direction] = isDescending ? (['<', '<=', ' DESC'] as const) : (['>', '>=', ''] as const);
  const conditions = [`${attributeIn(table, schema.hash)} = ?`];
  const parameters: (string | number)[] = [hash];
  const add = (condition: string, ...values: readonly unknown[]) => {
    conditions.push(condition);
    parameters.push(...values.map((value) => (typeof value === 'number' ? value : String(value))));
  };
  // SQLite uses an index only if the query implies that its columns are not null. It ignores IS NOT
  // NULL where the column of a table says so, but not a bound, which all values of a key meet.
  if (rangeColumn.startsWith('item')) conditions.push(`${rangeColumn} IS NOT NULL`);
  else if (index !== undefined && !range && !start) conditions.push(`${rangeColumn} >= ''`);
  for (const [operator, value] of boundsOf(range)) {
    // The start is a closer bound.
    if (start === undefined || !operator.startsWith(forth === '<' ? '<' : '>'))
      add(`${rangeColumn} ${operator} ?`, value);
  }
  if (start) {
    const names = orderOf(table, schema.range);
    add(`${rangeColumn} ${back} ?`, start[names[0] ?? '']);
    add(`(${order.join(', ')}) ${forth} (${order.map(() => '?').join(', ')})`, ...names.map((name) => start[name]));
  }
  // The index has the keys; items lie elsewhere, and are long.
  const columns = needsKeysOnly(query) ? keyColumns(table).join(', ') : 'item';
  const sql = `SELECT ${columns} FROM ${table} WHERE ${conditions.join(' AND ')}
    ORDER BY ${order.map((column) => `${column}${direction}`).join(', ')} LIMIT ?`;
  return { sql, parameters };
}

/** Whether nothing of an item is needed but its key and the hash key of the query. */
function needsKeysOnly({ table, index, attributes, filter }: ItemQuery): boolean {
  const columns: readonly unknown[] = keyColumns(table);
  const { range } = keySchemaOf(table, index);
  const needed = [...(attributes ?? []), ...(range === undefined ? [] : [range])];
  return attributes !== undefined && filter === undefined && needed.every((name) => columns.includes(name));
}

/** The attributes by which items with one hash key are sorted: the range key, then that of the table. */
function orderOf(table: ItemQuery['table'], range: string | undefined): string[] {
  return [...new Set([...(range === undefined ? [] : [range]), ...keyColumns(table).toReversed()])];
}

/** The bounds of the range keys, as operators and values. */
function boundsOf(range: KeyRange | undefined): (readonly [string, string | number])[] {
  switch (range?.kind) {
    case undefined:
      return [];
    case 'between':
      return [
        ['>=', range.low],
        ['<=', range.high],
      ];
    case 'prefix':
      // No text is greater than one that begins with U+10FFFF.
      return [
        ['>=', range.value],
        ['<=', `${range.value}\u{10ffff}`],
      ];
    case 'below':
      return [['<', range.value]];
    case 'above':
      return [['>', range.value]];
    case 'from':
      return [['>=', range.value]];
    case 'upTo':
      return [['<=', range.value]];
  }
}

/** The keys of an item in the index and the table of a query. */
function keysIn({ table, index }: ItemQuery, item: Item): Item {
  const { hash, range = hash } = keySchemaOf(table, index);
  return Object.fromEntries([hash, range, ...keyColumns(table)].map((name) => [name, item[name]]));
}

/** What a query gives of an item: not more than its index has. */
function projection(query: ItemQuery): (item: Item) => Item {
  const { table, index, attributes } = query;
  const { projected } = keySchemaOf(table, index);
  const paths = attributes ?? projected;
  if (paths === undefined) return (item) => item;
  const keys = attributes ? [] : Object.keys(keysIn(query, {}));
  return (item) => [...keys, ...paths].reduce((part: Item, path) => withPath(part, path, valueAt(item, path)), {});
}

function withPath(item: Item, path: Path, value: unknown): Item {
  if (value === undefined) return item;
  const [name = '', ...rest] = typeof path === 'string' ? [path] : path;
  if (rest.length === 0) return { ...item, [name]: value };
  const inner = item[name];
  return { ...item, [name]: withPath(isMap(inner) ? inner : {}, rest, value) };
}
