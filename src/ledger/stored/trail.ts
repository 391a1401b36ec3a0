import type { AuditEvent } from '../../model/audit-event.ts';
import { allOf, anyOf, contains, equals, isIn, not, textIn } from './items.ts';
import type { Condition, Item, ItemQuery, SingleItems } from './items.ts';
import { partitionKeys, trailShards } from './keys.ts';
import type { PartitionKey } from './keys.ts';
import type { TrailFilters, TrailPage, TrailQuery } from '../ledger.ts';
import { emptyPage, excludesEverything, foundEntry, maxExamined, pageOf, soughtEntries } from './trail-page.ts';
import type { FoundEntry } from './trail-page.ts';
import { entryOfItem } from './entry.ts';
import { auditIndexes } from './tables.ts';
import { idRange } from '../trail-position.ts';
import type { IdRange } from '../trail-position.ts';

/**
 * Round trips to the store per call. The limit applies where a request returns few entries, because
 * they are so large that few of them fit into the 1 MB of a response.
 */
const maxRoundTrips = 32;

/** The items of one partition of the table or of an index whose entry ids are in a range. */
interface KeyRange {
  readonly attribute: PartitionKey['attribute'] | 'trailShard';
  readonly value: string;
  readonly ids: IdRange;
}

/** The progress in one of the key ranges that are read together. */
interface RangeProgress {
  readonly keyRange: KeyRange;
  start: Item | null;
  /**
   * All entries of the range from this id on have been examined; the empty string: all of the
   * range.
   */
  examinedTo: string;
  /** Entries found that are older than what another range has been examined to. */
  waiting: FoundEntry[];
}

/** The progress of one call. */
interface Progress {
  readonly query: TrailQuery;
  readonly ranges: readonly RangeProgress[];
  /** Entries that pass the filters, newest first. */
  readonly found: FoundEntry[];
  /** Items that were examined. */
  examined: number;
  roundTrips: number;
  /** All entries from this id on have been examined. The empty string: all. Null: none. */
  position: string | null;
}

/**
 * A page of the trail. In DynamoDB it costs one Query without filters, unless the page exceeds 1
 * MB. The partition `all` costs one parallel Query for each shard, and a second one for those with
 * more than their share of the page. Throws `LedgerUnavailable`, `UnsupportedFormatOnPage`, and an
 * Error for an invalid `limit` or `before`.
 */
export async function readTrail(items: Pick<SingleItems, 'query'>, query: TrailQuery): Promise<TrailPage> {
  const ids = idRange(query);
  if (ids === null || excludesEverything(query)) return emptyPage;
  const ranges = keysOf(query).map((key) => ({
    keyRange: { ...key, ids },
    start: null,
    examinedTo: ids.high,
    waiting: [],
  }));
  const progress: Progress = { query, ranges, found: [], examined: 0, roundTrips: 0, position: null };
  while (progress.found.length < soughtEntries(query) && progress.position !== '') {
    const reading = rangesToRead(progress);
    // Fewer items per range than one would examine nothing.
    if (progress.examined > maxExamined - reading.length || progress.roundTrips >= maxRoundTrips) break;
    const limit = itemsPerRange(progress, reading.length);
    progress.roundTrips += 1;
    await Promise.all(reading.map((range) => readOn(items, progress, range, limit)));
    merge(progress);
  }
  return pageOf(progress.found, query.limit, progress.position === '' ? null : progress.position);
}

function keysOf({ partition, events }: TrailQuery): Pick<KeyRange, 'attribute' | 'value'>[] {
  if (partition.kind === 'all') return trailShards.map((value) => ({ attribute: 'trailShard', value }));
  return partitionKeys(partition, events);
}

/** The ranges of which nothing waits: the others need not be read before these have caught up. */
function rangesToRead({ ranges }: Progress): RangeProgress[] {
  return ranges.filter(({ examinedTo, waiting }) => examinedTo !== '' && waiting.length === 0);
}

/**
 * How many items to read of each range. More where few entries pass the filters; otherwise a rare
 * event would cost one request per few entries. Ranges that have not ended hold about equal shares:
 * twice the standard deviation more than its share suffices for most of them.
 */
function itemsPerRange({ query, ranges, found, examined }: Progress, readCount: number): number {
  const wanted = Math.max(soughtEntries(query) - found.length, examined - found.length);
  const openCount = ranges.filter(({ examinedTo }) => examinedTo !== '').length;
  const share = wanted / openCount;
  const items = openCount === 1 ? wanted : Math.ceil(share + 2 * Math.sqrt(share));
  return Math.min(items, Math.floor((maxExamined - examined) / readCount));
}

/** Reads on in a range, newest first. */
async function readOn(
  items: Pick<SingleItems, 'query'>,
  progress: Progress,
  range: RangeProgress,
  limit: number,
): Promise<void> {
  const { attribute, value, ids } = range.keyRange;
  const filter = filterOf(progress.query);
  const page = await items.query({
    table: 'audit',
    ...indexOf(attribute),
    hash: value,
    range: { kind: 'between', ...ids },
    isDescending: true,
    limit,
    ...(filter && { filter }),
    ...(range.start && { start: range.start }),
  });
  range.start = page.next;
  range.examinedTo = page.next === null ? '' : textIn(page.next, 'entryId');
  range.waiting = page.items.flatMap((item) => foundEntry(textIn(item, 'entryId'), () => entryOfItem(item)));
  progress.examined += page.examined;
}

/**
 * The index with this hash key; none: the table itself for its own key. Only the table supports
 * consistent reads.
 */
function indexOf(attribute: KeyRange['attribute']): Pick<ItemQuery, 'index'> {
  if (attribute === 'operationId') return {};
  const index = Object.entries(auditIndexes).find(([, key]) => key === attribute);
  // A query of an index that does not exist throws.
  return { index: index?.[0] ?? attribute };
}

/** The filter of a query; null if every item passes. */
function filterOf({ events, operations, refusalCodes, roleArn, policyId, asAnswered }: TrailQuery): Condition | null {
  const filters: Record<keyof TrailFilters, Condition | null> = {
    events: events && isEvent(events, asAnswered),
    operations: operations && isIn('operation', operations),
    refusalCodes: refusalCodes && isIn('refusalCode', refusalCodes),
    roleArn: roleArn === null ? null : contains('roleArns', roleArn),
    policyId: policyId === null ? null : contains('policyIds', policyId),
  };
  const conditions = Object.values(filters).filter((condition) => condition !== null);
  return conditions.length === 0 ? null : allOf(...conditions);
}

/** Whether an entry has one of these events; as `asAnswered` of `hidden-entry.ts`, if asked. */
function isEvent(events: readonly AuditEvent[], asAnswered = false): Condition {
  const stored = isIn('event', events);
  if (!asAnswered) return stored;
  const hidden = allOf(equals('event', 'DENIED'), equals('refusalCode', 'ASSOCIATION_NOT_FOUND'));
  return events.includes('REFUSED') ? anyOf(stored, hidden) : allOf(stored, not(hidden));
}

/** Moves the entries that no unexamined one of another range can precede to those found. */
function merge(progress: Progress): void {
  const { ranges, found } = progress;
  const position = ranges.reduce((latest, { examinedTo }) => (examinedTo > latest ? examinedTo : latest), '');
  const isReady = ({ entryId }: FoundEntry) => entryId >= position;
  const ready = ranges.flatMap(({ waiting }) => waiting.filter(isReady));
  found.push(...ready.sort((one, other) => (one.entryId < other.entryId ? 1 : -1)));
  for (const range of ranges) range.waiting = range.waiting.filter((entry) => !isReady(entry));
  progress.position = position;
}
