import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { entryOfItem } from './item.ts';
import { makeQueryRange } from './trail-query.ts';
import type { KeyRange, QueryRange } from './trail-query.ts';
import { partitionKeys, trailShards } from '../keys.ts';
import type { TrailPage, TrailQuery } from '../ledger.ts';
import { emptyPage, excludesEverything, foundEntry, maxExamined, pageOf, soughtEntries } from '../trail-page.ts';
import type { FoundEntry } from '../trail-page.ts';
import { idRange } from '../trail-position.ts';

/**
 * Round trips to DynamoDB per call. The limit applies where a request returns few entries, because
 * they are so large that few of them fit into the 1 MB of a response.
 */
const maxRoundTrips = 32;

/** The progress in one of the key ranges that are read together. */
interface RangeProgress {
  readonly keyRange: KeyRange;
  start: QueryCommandInput['ExclusiveStartKey'];
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
  /** Items that DynamoDB examined. */
  examined: number;
  roundTrips: number;
  /** All entries from this id on have been examined. The empty string: all. Null: none. */
  position: string | null;
}

/**
 * A page of the trail in DynamoDB. Without filters, it costs one Query, unless the page exceeds 1
 * MB. The partition `all` costs one parallel Query for each shard, and a second one for those with
 * more than their share of the page. Throws `LedgerUnavailable`, `UnsupportedFormatOnPage`, and an
 * Error for an invalid `limit` or `before`.
 */
export async function readTrail(client: DynamoDBClient, auditTable: string, query: TrailQuery): Promise<TrailPage> {
  const ids = idRange(query);
  if (ids === null || excludesEverything(query)) return emptyPage;
  const ranges = keysOf(query).map((key) => ({
    keyRange: { ...key, ids },
    start: undefined,
    examinedTo: ids.high,
    waiting: [],
  }));
  const progress: Progress = { query, ranges, found: [], examined: 0, roundTrips: 0, position: null };
  const queryRange = makeQueryRange(client, auditTable);
  while (progress.found.length < soughtEntries(query) && progress.position !== '') {
    const reading = rangesToRead(progress);
    // Fewer items per range than one would examine nothing.
    if (progress.examined > maxExamined - reading.length || progress.roundTrips >= maxRoundTrips) break;
    const limit = itemsPerRange(progress, reading.length);
    progress.roundTrips += 1;
    await Promise.all(reading.map((range) => readOn(queryRange, progress, range, limit)));
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

async function readOn(queryRange: QueryRange, progress: Progress, range: RangeProgress, Limit: number): Promise<void> {
  const page = await queryRange(range.keyRange, progress.query, { Limit, ExclusiveStartKey: range.start });
  range.start = page.LastEvaluatedKey;
  range.examinedTo = range.start?.entryId?.S ?? '';
  range.waiting = (page.Items ?? []).flatMap((item) => foundEntry(item.entryId?.S ?? '', () => entryOfItem(item)));
  progress.examined += page.ScannedCount ?? 0;
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
