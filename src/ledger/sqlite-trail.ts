import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../model/audit.ts';
import { entryOfText } from './entry-json.ts';
import { partitionKey } from './keys.ts';
import type { PartitionKey } from './keys.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';
import { emptyPage, excludesEverything, maxExamined, pageOf } from './trail-page.ts';
import { dayOf, idRange, timeOf } from './trail-position.ts';
import type { IdRange } from './trail-position.ts';

type Column = PartitionKey['attribute'] | 'all';

/** The rows of a key within a range of entry ids. */
const rowsOfKey = (column: PartitionKey['attribute']) => `
  WHERE ${column} = :key AND entryId BETWEEN :low AND :high
  ORDER BY entryId DESC`;

/** All rows within a range of entry ids. Days and entry ids have the same order, so one index returns the rows sorted. */
const allRows = `
  WHERE day IS NOT NULL AND (day, entryId) >= (:lowDay, :low) AND (day, entryId) <= (:highDay, :high)
  ORDER BY day DESC, entryId DESC`;

/** The entry itself where it passes the filters, else NULL, so that excluded entries are counted but not read. */
const filteredEntry = `
  CASE WHEN (:events IS NULL OR event IN (SELECT value FROM json_each(:events)))
        AND (:operations IS NULL OR operation IN (SELECT value FROM json_each(:operations)))
  THEN entry END`;

/**
 * The statement that reads a partition, newest first, with one row per examined entry.
 *
 * @param column an indexed column, or `all` for the whole trail
 */
export function trailStatement(column: Column): string {
  const rows = column === 'all' ? allRows : rowsOfKey(column);
  return `SELECT entryId, ${filteredEntry} AS entry FROM audit ${rows} LIMIT :most`;
}

/**
 * A function that reads pages of the trail of a file. It prepares each statement on first use, and throws an Error for an
 * invalid `limit` or `before`.
 */
export function createTrailReader(database: DatabaseSync): (query: TrailQuery) => TrailPage {
  const statements = new Map<Column, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (column: Column) => {
    const statement = statements.get(column) ?? database.prepare(trailStatement(column));
    statements.set(column, statement);
    return statement;
  };

  return (query) => {
    const ids = idRange(query);
    if (ids === null || excludesEverything(query)) return emptyPage;
    const { partition, events, operations } = query;
    const filters = { events: jsonOrNull(events), operations: jsonOrNull(operations) };
    // One row more than a call examines: it only shows that older entries exist.
    const parameters = { ...filters, low: ids.low, high: ids.high, most: maxExamined + 1 };
    if (partition.kind === 'all') {
      return pageOfRows(prepared('all').iterate({ ...parameters, ...daysOf(ids) }), query.limit);
    }
    const key = partitionKey(partition);
    if (key === null) return emptyPage;
    return pageOfRows(prepared(key.attribute).iterate({ ...parameters, key: key.value }), query.limit);
  };
}

function jsonOrNull(names: readonly string[] | null): string | null {
  return names === null ? null : JSON.stringify(names);
}

function daysOf({ low, high }: IdRange) {
  return { lowDay: dayOf(timeOf(low)), highDay: dayOf(timeOf(high)) };
}

/** Reads rows until the page is full, 1,000 entries are examined, or no rows are left. */
function pageOfRows(rows: Iterable<Record<string, unknown>>, limit: number): TrailPage {
  const found: AuditEntry[] = [];
  let examined = 0;
  let position: string | null = null;
  for (const { entryId, entry } of rows) {
    if (examined === maxExamined) return pageOf(found, limit, position);
    examined += 1;
    position = String(entryId);
    if (typeof entry === 'string') found.push(entryOfText(entry));
    if (found.length > limit) return pageOf(found, limit, position);
  }
  return pageOf(found, limit, null);
}
