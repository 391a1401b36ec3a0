import { noFilters } from '../src/ledger/ledger.ts';
import type { Ledger, TrailPage, TrailQuery, AuditPartition } from '../src/ledger/ledger.ts';
import { median } from './statistics.ts';
import { middle, partitions } from './trail-entries.ts';

/** Page size: the API's default. */
const limit = 50;

/** Number of entries before a deep page. */
const deep = 10_000;

/** Reads per page; the warm-up reads are not counted. */
const rounds = 41;
const warmUp = 10;

/** A page to measure. */
export interface PageCase {
  /** E.g. `cluster`. */
  readonly partition: string;
  /** E.g. `after 10,000`. */
  readonly page: string;
  readonly query: TrailQuery;
}

/** The measurement of a page. */
export interface MeasuredPage extends Omit<PageCase, 'query'> {
  /** Median, in milliseconds. */
  readonly ms: number;
  readonly entries: number;
}

function queryOf(partition: AuditPartition, fields: Partial<TrailQuery> = {}): TrailQuery {
  return {
    partition,
    ...noFilters,
    limit,
    before: null,
    ...fields,
  };
}

/**
 * Lists the pages to measure. Reads ahead to the position of the deep pages; a partition that is
 * too short has none.
 */
export async function pageCases(ledger: Ledger): Promise<PageCase[]> {
  const cases: PageCase[] = [];
  for (const partition of partitions) {
    const before = await positionAfter(ledger, partition, deep);
    cases.push({ partition: partition.kind, page: 'first', query: queryOf(partition) });
    if (before !== null) {
      cases.push({ partition: partition.kind, page: `after ${deep}`, query: queryOf(partition, { before }) });
    }
    cases.push({ partition: partition.kind, page: 'middle of the time', query: queryOf(partition, middle) });
    for (const event of partition.kind === 'namespace' ? (['DENIED', 'LATE_SUCCESS'] as const) : []) {
      cases.push({ partition: partition.kind, page: `only ${event}`, query: queryOf(partition, { events: [event] }) });
    }
  }
  const [newest] = (await ledger.readTrail(queryOf({ kind: 'all' }))).entries;
  if (newest === undefined) throw new Error('The audit trail is empty.');
  const operation = { kind: 'operation', operationId: newest.operationId } as const;
  return [...cases, { partition: operation.kind, page: 'first', query: queryOf(operation) }];
}

/**
 * The position after this many entries of a partition; null if there are no more entries behind it.
 */
async function positionAfter(ledger: Ledger, partition: AuditPartition, count: number): Promise<string | null> {
  let before: string | null = null;
  for (let left = count; left > 0;) {
    const page: TrailPage = await ledger.readTrail(queryOf(partition, { before, limit: Math.min(left, 500) }));
    left -= page.entries.length;
    before = page.next;
    if (before === null) return null;
  }
  return before;
}

/** Reads every page several times and measures the median time. */
export async function measurePages(ledger: Ledger, cases: readonly PageCase[]): Promise<MeasuredPage[]> {
  const measured: MeasuredPage[] = [];
  for (const { partition, page, query } of cases) {
    const times: number[] = [];
    let entries = 0;
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      ({ length: entries } = (await ledger.readTrail(query)).entries);
      times.push(performance.now() - startedAt);
    }
    measured.push({ partition, page, ms: median(times.slice(warmUp)), entries });
  }
  return measured;
}
