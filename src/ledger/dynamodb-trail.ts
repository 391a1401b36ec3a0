import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../model/audit.ts';
import { entryOfItem } from './dynamodb-item.ts';
import { createQueryRange } from './dynamodb-trail-query.ts';
import type { KeyRange, QueryRange } from './dynamodb-trail-query.ts';
import { partitionKey } from './keys.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';
import { emptyPage, excludesEverything, maxExamined, pageOf } from './trail-page.ts';
import { dayMs, dayOf, firstIdOf, idRange, lastIdOf, timeOf } from './trail-position.ts';
import type { IdRange } from './trail-position.ts';

/**
 * Round trips to DynamoDB per call. The limit applies where a request returns few entries: on days with few entries, and
 * for entries so large that few of them fit into the 1 MB of a response.
 */
const maxRoundTrips = 32;

/** Consecutive empty days that are read like any other day: enough for a weekend and a partial day at the end of a range. */
const maxEmptyDays = 3;

/** Days that one round trip probes for entries, in parallel, after so many empty days. */
const probedDays = 16;

/**
 * The first day that can have entries, because no earlier version of the gateway exists. A host whose clock is wrong by more
 * than a few minutes cannot write entries of earlier days: DynamoDB rejects its signatures.
 */
const firstDay = Date.UTC(2026, 10, 1);

/** How far the newest entry can be ahead of the local clock, in milliseconds. Minutes, for the same reason; an hour is ample. */
const maxAheadMs = 3_600_000;

/** The progress of one call. */
interface Progress {
  readonly query: TrailQuery;
  /** Entries that pass the filters, newest first. */
  readonly entries: AuditEntry[];
  /** Items that DynamoDB examined. */
  examined: number;
  roundTrips: number;
  /** All entries from this id on have been examined. */
  position: string | null;
}

/**
 * A page of the trail in DynamoDB. Without filters, it costs one Query, unless the page exceeds 1 MB. The partition `all`
 * costs one Query per day, or 16 parallel ones per round trip where several days are empty.
 *
 * `clock` returns milliseconds since the epoch. Throws `LedgerUnavailable`, and an Error for an invalid `limit` or `before`.
 */
export async function readTrail(
  {
    client,
    auditTable,
    clock,
  }: {
    readonly client: DynamoDBClient;
    readonly auditTable: string;
    readonly clock: () => number;
  },
  query: TrailQuery,
): Promise<TrailPage> {
  const ids = query.partition.kind === 'all' ? idRange(query, clock() + maxAheadMs) : idRange(query);
  if (ids === null || excludesEverything(query)) return emptyPage;
  const progress: Progress = { query, entries: [], examined: 0, roundTrips: 0, position: null };
  const isAtEnd = await readPartition(createQueryRange(client, auditTable), progress, ids);
  return pageOf(progress.entries, query.limit, isAtEnd ? null : progress.position);
}

/** Reads until the page is full or the budget is spent (false), or the partition is at its end (true). */
async function readPartition(queryRange: QueryRange, progress: Progress, ids: IdRange): Promise<boolean> {
  const { partition } = progress.query;
  if (partition.kind === 'all') return await readDays(queryRange, progress, ids);
  const key = partitionKey(partition);
  return key === null || (await readRange(queryRange, progress, { ...key, ids }));
}

async function readDays(queryRange: QueryRange, progress: Progress, ids: IdRange): Promise<boolean> {
  const oldest = Math.max(startOfDay(timeOf(ids.low)), firstDay);
  let day = startOfDay(timeOf(ids.high));
  let emptyDays = 0;
  while (day >= oldest) {
    const examinedBefore = progress.examined;
    if (!(await readRange(queryRange, progress, rangeOfDay(day, ids)))) return false;
    emptyDays = progress.examined === examinedBefore ? emptyDays + 1 : 0;
    day -= dayMs;
    if (emptyDays >= maxEmptyDays) day = await skipEmptyDays(queryRange, progress, ids, { day, oldest });
  }
  return true;
}

/**
 * The newest day from `day` down to `oldest` that is not known to be empty: one with entries, or the first one that the
 * budget left unprobed. A day before `oldest` if all are empty.
 */
async function skipEmptyDays(
  queryRange: QueryRange,
  progress: Progress,
  ids: IdRange,
  { day, oldest }: { readonly day: number; readonly oldest: number },
): Promise<number> {
  let next = day;
  while (next >= oldest && !isBudgetSpent(progress)) {
    const count = Math.min(probedDays, (next - oldest) / dayMs + 1);
    const days = Array.from({ length: count }, (_, index) => next - index * dayMs);
    progress.roundTrips += 1;
    const probes = days.map((probed) => queryRange(rangeOfDay(probed, ids), null, { Select: 'COUNT', Limit: 1 }));
    const isEmpty = (await Promise.all(probes)).map(({ Count }) => Count === 0);
    const emptyCount = isEmpty.includes(false) ? isEmpty.indexOf(false) : count;
    next -= emptyCount * dayMs;
    progress.position = firstIdOf(next + dayMs);
    if (emptyCount < count) break;
  }
  return next;
}

/** Reads a key range, newest first, until the page is full or the budget is spent (false), or the range ends (true). */
async function readRange(queryRange: QueryRange, progress: Progress, keyRange: KeyRange): Promise<boolean> {
  const { query, entries } = progress;
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    if (entries.length > query.limit || isBudgetSpent(progress)) return false;
    const missing = query.limit + 1 - entries.length;
    const excluded = progress.examined - entries.length;
    // Larger requests where few entries pass the filters. Otherwise a rare event would cost one request per few entries.
    const Limit = Math.min(Math.max(missing, excluded), maxExamined - progress.examined);
    progress.roundTrips += 1;
    const page = await queryRange(keyRange, query, { Limit, ExclusiveStartKey: start });
    entries.push(...(page.Items ?? []).map(entryOfItem));
    progress.examined += page.ScannedCount ?? 0;
    start = page.LastEvaluatedKey;
    progress.position = start?.entryId?.S ?? keyRange.ids.low;
  } while (start !== undefined);
  return true;
}

function isBudgetSpent({ examined, roundTrips }: Progress): boolean {
  return examined >= maxExamined || roundTrips >= maxRoundTrips;
}

/** The part of a range of ids that belongs to the day that starts at `start`. */
function rangeOfDay(start: number, { low, high }: IdRange): KeyRange {
  const [first, last] = [firstIdOf(start), lastIdOf(start + dayMs - 1)];
  const ids = { low: low > first ? low : first, high: high < last ? high : last };
  return { attribute: 'day', value: dayOf(start), ids };
}

function startOfDay(time: number): number {
  return time - (time % dayMs);
}
