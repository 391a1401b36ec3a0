import type { DatabaseSync } from 'node:sqlite';
import { partitionKeys } from '../../../../src/ledger/keys.ts';
import type { PartitionKey } from '../../../../src/ledger/keys.ts';
import type { TrailFilters, TrailPage, TrailQuery } from '../../../../src/ledger/ledger.ts';
import {
  emptyPage,
  excludesEverything,
  foundEntry,
  maxExamined,
  pageOf,
  soughtEntries,
} from '../../../../src/ledger/trail-page.ts';
import type { FoundEntry } from '../../../../src/ledger/trail-page.ts';
import { idRange } from '../../../../src/ledger/trail-position.ts';
import { entryOf } from './statements.ts';

type Column = PartitionKey['attribute'] | 'all';

type Row = Record<string, unknown>;

/**
 * The event of an entry, which `asAnswered` of `hidden-entry.ts` changes where the entry hides an
 * association.
 */
const comparedEvent = `
  CASE WHEN :asAnswered = 1 AND event = 'DENIED' AND refusalCode = 'ASSOCIATION_NOT_FOUND' THEN 'REFUSED' ELSE event END`;

/**
 * The entry itself where it passes the filters, else NULL, so that excluded entries are counted but
 * not read.
 */
const filteredEntry = `
  CASE WHEN (:events IS NULL OR ${comparedEvent} IN (SELECT value FROM json_each(:events)))
        AND (:operations IS NULL OR operation IN (SELECT value FROM json_each(:operations)))
        AND (:refusalCodes IS NULL OR refusalCode IN (SELECT value FROM json_each(:refusalCodes)))
        AND (:roleArn IS NULL OR :roleArn IN (SELECT value FROM json_each(roleArns)))
        AND (:policyId IS NULL OR :policyId IN (SELECT value FROM json_each(policyIds)))
  THEN entry END`;

/**
 * The statement that reads a partition, newest first, with one row per examined entry.
 *
 * @param column an indexed column, or `all` for the whole trail
 */
export function trailStatement(column: Column): string {
  const condition = column === 'all' ? '' : `${column} = :key AND `;
  return `
    SELECT operationId, entryId, ${filteredEntry} AS entry, personal FROM audit
    WHERE ${condition}entryId BETWEEN :low AND :high
    ORDER BY entryId DESC LIMIT :most`;
}

/**
 * A function that reads pages of the trail of a file. It prepares each statement on first use, and
 * throws `UnsupportedFormatOnPage`, and an Error for an invalid `limit` or `before`.
 */
export function makeTrailReader(database: DatabaseSync): (query: TrailQuery) => TrailPage {
  const statements = new Map<Column, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (column: Column) => {
    const statement = statements.get(column) ?? database.prepare(trailStatement(column));
    statements.set(column, statement);
    return statement;
  };

  return (query) => {
    const ids = idRange(query);
    if (ids === null || excludesEverything(query)) return emptyPage;
    const { partition, events } = query;
    const filters = filterParameters(query);
    // One row more than a call examines: it only shows that older entries exist.
    const parameters = { ...filters, ...ids, most: maxExamined + 1 };
    if (partition.kind === 'all') return pageOfRows(prepared('all').iterate(parameters), query);
    const keys = partitionKeys(partition, events);
    if (keys.length === 0) return emptyPage;
    const rows = keys.map(({ attribute, value }) => prepared(attribute).iterate({ ...parameters, key: value }));
    return pageOfRows(merged(rows), query);
  };
}

function filterParameters({ events, operations, refusalCodes, roleArn, policyId, asAnswered }: TrailQuery) {
  const filters: Record<keyof TrailFilters, string | null> = {
    events: jsonOrNull(events),
    operations: jsonOrNull(operations),
    refusalCodes: jsonOrNull(refusalCodes),
    roleArn,
    policyId,
  };
  return { ...filters, asAnswered: asAnswered === true ? 1 : 0 };
}

function jsonOrNull(names: readonly string[] | null): string | null {
  return names === null ? null : JSON.stringify(names);
}

/** The rows of several results, each newest first, as one. */
function* merged(results: readonly IterableIterator<Row>[]): Generator<Row> {
  const heads = results.map((rows) => ({ rows, row: nextOf(rows) }));
  try {
    for (;;) {
      const newest = heads.reduce((one, other) => (idOf(one.row) > idOf(other.row) ? one : other));
      if (newest.row === null) return;
      yield newest.row;
      newest.row = nextOf(newest.rows);
    }
  } finally {
    // A statement that is not read to its end keeps the file's write-ahead log from being
    // truncated.
    for (const { rows } of heads) rows.return?.();
  }
}

function nextOf(rows: IterableIterator<Row>): Row | null {
  const next = rows.next();
  return next.done === true ? null : next.value;
}

function idOf(row: Row | null): string {
  return row === null ? '' : String(row.entryId);
}

/** Reads rows until the page is full, 1,000 entries are examined, or no rows are left. */
function pageOfRows(rows: Iterable<Row>, query: TrailQuery): TrailPage {
  const { limit } = query;
  const found: FoundEntry[] = [];
  let examined = 0;
  let position: string | null = null;
  for (const row of rows) {
    if (examined === maxExamined) return pageOf(found, limit, position);
    examined += 1;
    const entryId = String(row.entryId);
    position = entryId;
    if (row.entry !== null) found.push(...foundEntry(entryId, () => entryOf(row)));
    if (found.length === soughtEntries(query)) return pageOf(found, limit, position);
  }
  return pageOf(found, limit, null);
}
