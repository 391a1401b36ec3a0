import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../model/audit.ts';
import { entryOfItem } from './dynamodb-item.ts';
import { asking } from './dynamodb-trail-query.ts';
import type { Ask, Stretch } from './dynamodb-trail-query.ts';
import { partitionKey } from './keys.ts';
import type { TrailPage, TrailQuery } from './ledger.ts';
import { emptyPage, letsNothingPass, maxExamined, pageOf } from './trail-page.ts';
import { dayMs, dayOf, firstIdOf, idRange, lastIdOf, timeOf } from './trail-position.ts';
import type { IdRange } from './trail-position.ts';

/**
 * How often one call waits for DynamoDB at most. It matters where requests bring little: days with few entries, and
 * entries so big that DynamoDB gives few of them at a time (1 MB).
 */
const maxRoundTrips = 32;

/** Days without entries, one after the other, that are read like any other: a weekend, and what a range cuts off a day. */
const fewEmptyDays = 3;

/** Days that are looked at together behind these. */
const daysAtOnce = 16;

/**
 * The first day that can have entries: before it, there was no program that writes them. A clock that is far from right
 * makes no exception: DynamoDB refuses requests that were signed some minutes ago, or will be in some minutes.
 */
const firstDay = Date.UTC(2026, 10, 1);

/** How far the newest entry can be ahead of the clock here: some minutes, for the same reason. */
const maxAheadMs = 3_600_000;

/** How far one call has come. */
interface Reading {
  readonly query: TrailQuery;
  /** Newest first; only those that pass the filters. */
  readonly found: AuditEntry[];
  examined: number;
  roundTrips: number;
  /** Everything from here on has been examined. */
  position: string | null;
}

/**
 * A page of the trail in DynamoDB: one Query where nothing is filtered, unless a page holds more than 1 MB. `all` takes
 * one for each of its days, and looks at 16 days at once where several have no entries.
 */
export async function readTrail(
  parts: { readonly client: DynamoDBClient; readonly auditTable: string; readonly clock: () => number },
  query: TrailQuery,
): Promise<TrailPage> {
  const range = query.partition.kind === 'all' ? idRange(query, parts.clock() + maxAheadMs) : idRange(query);
  if (range === null || letsNothingPass(query)) return emptyPage;
  const reading: Reading = { query, found: [], examined: 0, roundTrips: 0, position: null };
  const ask = asking(parts.client, parts.auditTable);
  const isAtEnd = await readSection(ask, reading, range);
  return pageOf(reading.found, query.limit, isAtEnd ? null : reading.position);
}

/** Reads until the page is full, its cost is spent, or the section is at its end: whether it is. */
async function readSection(ask: Ask, reading: Reading, range: IdRange): Promise<boolean> {
  const { partition } = reading.query;
  if (partition.kind === 'all') return await readDays(ask, reading, range);
  const key = partitionKey(partition);
  return key === null || (await readStretch(ask, reading, { ...key, range }));
}

async function readDays(ask: Ask, reading: Reading, range: IdRange): Promise<boolean> {
  const oldest = Math.max(startOfDay(timeOf(range.low)), firstDay);
  let day = startOfDay(timeOf(range.high));
  let emptyDays = 0;
  while (day >= oldest) {
    const examinedBefore = reading.examined;
    if (!(await readStretch(ask, reading, ofDay(day, range)))) return false;
    emptyDays = reading.examined === examinedBefore ? emptyDays + 1 : 0;
    day -= dayMs;
    if (emptyDays >= fewEmptyDays) day = await passEmptyDays(ask, reading, range, day, oldest);
  }
  return true;
}

/**
 * The newest day with entries from `day` down to `oldest`, or as far down as the call may go: a day of which nothing is
 * known yet, before `oldest` when that is all of them.
 */
async function passEmptyDays(ask: Ask, reading: Reading, range: IdRange, day: number, oldest: number): Promise<number> {
  let next = day;
  while (next >= oldest && !isSpent(reading)) {
    const count = Math.min(daysAtOnce, (next - oldest) / dayMs + 1);
    const days = Array.from({ length: count }, (_, index) => next - index * dayMs);
    reading.roundTrips += 1;
    const probes = days.map((probed) => ask(ofDay(probed, range), null, { Select: 'COUNT', Limit: 1 }));
    const isEmpty = (await Promise.all(probes)).map(({ Count }) => Count === 0);
    const empty = isEmpty.includes(false) ? isEmpty.indexOf(false) : count;
    next -= empty * dayMs;
    reading.position = firstIdOf(next + dayMs);
    if (empty < count) break;
  }
  return next;
}

/** Reads a stretch, newest first, until the page is full, its cost is spent, or the stretch is at its end: whether it is. */
async function readStretch(ask: Ask, reading: Reading, stretch: Stretch): Promise<boolean> {
  const { query, found } = reading;
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    if (found.length > query.limit || isSpent(reading)) return false;
    const missing = query.limit + 1 - found.length;
    const leftOut = reading.examined - found.length;
    // More than are missing where few pass: else a rare event would take a request for every one or two of them.
    const Limit = Math.min(Math.max(missing, leftOut), maxExamined - reading.examined);
    reading.roundTrips += 1;
    const page = await ask(stretch, query, { Limit, ExclusiveStartKey: start });
    found.push(...(page.Items ?? []).map(entryOfItem));
    reading.examined += page.ScannedCount ?? 0;
    start = page.LastEvaluatedKey;
    reading.position = start?.entryId?.S ?? stretch.range.low;
  } while (start !== undefined);
  return true;
}

function isSpent({ examined, roundTrips }: Reading): boolean {
  return examined >= maxExamined || roundTrips >= maxRoundTrips;
}

/** The part of a range that lies on the day which begins at `start`. */
function ofDay(start: number, { low, high }: IdRange): Stretch {
  const [first, last] = [firstIdOf(start), lastIdOf(start + dayMs - 1)];
  const range = { low: low > first ? low : first, high: high < last ? high : last };
  return { attribute: 'day', value: dayOf(start), range };
}

function startOfDay(time: number): number {
  return time - (time % dayMs);
}
