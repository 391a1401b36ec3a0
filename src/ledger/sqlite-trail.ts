import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../model/audit.ts';
import { partitionKey } from './keys.ts';
import type { PartitionKey } from './keys.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';
import { entryOfText } from './entry-json.ts';
import { emptyPage, letsNothingPass, maxExamined, pageOf } from './trail-page.ts';
import { dayOf, idRange, timeOf } from './trail-position.ts';
import type { IdRange } from './trail-position.ts';

/** The rows of a key within a range of entry ids. */
const ofKey = (column: PartitionKey['attribute']) => `
  WHERE ${column} = :key AND entryId BETWEEN :low AND :high
  ORDER BY entryId DESC`;

/** All rows within a range of entry ids. Days and entry ids are in the same order, so the index by both gives it at once. */
const ofAllDays = `
  WHERE day IS NOT NULL AND (day, entryId) >= (:lowDay, :low) AND (day, entryId) <= (:highDay, :high)
  ORDER BY day DESC, entryId DESC`;

/**
 * The statement that reads one way into the trail, newest first: one row for every entry that it examines, with the entry
 * itself where it passes the filters. So the caller knows how far it has come, and the texts of others stay unread.
 *
 * @param by a column with an index, or `all`
 */
export function trailStatement(by: PartitionKey['attribute'] | 'all'): string {
  const passes =
    '(:events IS NULL OR event IN (SELECT value FROM json_each(:events)))' +
    ' AND (:operations IS NULL OR operation IN (SELECT value FROM json_each(:operations)))';
  return `SELECT entryId, CASE WHEN ${passes} THEN entry END AS entry FROM audit ${by === 'all' ? ofAllDays : ofKey(by)} LIMIT :most`;
}

/** Reads pages of the trail in a file. Each way into it has its statement, prepared when it is first used. */
export function trailReader(database: DatabaseSync): (query: TrailQuery) => TrailPage {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (by: PartitionKey['attribute'] | 'all') => {
    const statement = statements.get(by) ?? database.prepare(trailStatement(by));
    statements.set(by, statement);
    return statement;
  };

  return (query) => {
    const range = idRange(query);
    const { partition, events, operations } = query;
    if (range === null || letsNothingPass(query)) return emptyPage;
    const list = (names: readonly string[] | null) => (names === null ? null : JSON.stringify(names));
    const filters = { events: list(events), operations: list(operations) };
    // One more than may be examined: it is not, and only shows that there is more.
    const common = { ...filters, low: range.low, high: range.high, most: maxExamined + 1 };
    if (partition.kind === 'all') return read(prepared('all').iterate({ ...common, ...days(range) }), query.limit);
    const key = partitionKey(partition);
    if (key === null) return emptyPage;
    return read(prepared(key.attribute).iterate({ ...common, key: key.value }), query.limit);
  };
}

function days({ low, high }: IdRange) {
  return { lowDay: dayOf(timeOf(low)), highDay: dayOf(timeOf(high)) };
}

/** Takes rows until the page is full, as many are examined as may be, or none are left. */
function read(rows: Iterable<Record<string, unknown>>, limit: number): TrailPage {
  const found: AuditEntry[] = [];
  let examined = 0;
  let last: string | null = null;
  for (const { entryId, entry } of rows) {
    if (examined === maxExamined) return pageOf(found, limit, last);
    examined += 1;
    last = String(entryId);
    if (typeof entry === 'string') found.push(entryOfText(entry));
    if (found.length > limit) return pageOf(found, limit, last);
  }
  return pageOf(found, limit, null);
}
