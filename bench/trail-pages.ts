import type { Ledger, TrailPage, TrailQuery, AuditPartition } from '../src/ledger/ledger.ts';
import { middle, sections } from './trail-entries.ts';

/** Entries that a page may hold: the API's default. */
const limit = 50;

/** Entries that come before a deep page. */
const deep = 10_000;

/** Each page is read so often; the first few times don't count. */
const rounds = 41;
const warmUp = 10;

/** A page that is measured. */
export interface PageCase {
  /** E.g. `cluster`. */
  readonly section: string;
  /** E.g. `after 10,000`. */
  readonly page: string;
  readonly query: TrailQuery;
}

/** What a page cost. */
export interface MeasuredPage extends Omit<PageCase, 'query'> {
  /** Median, in milliseconds. */
  readonly ms: number;
  readonly entries: number;
}

function queryOf(section: AuditPartition, fields: Partial<TrailQuery> = {}): TrailQuery {
  return {
    partition: section,
    since: null,
    until: null,
    events: null,
    operations: null,
    limit,
    before: null,
    ...fields,
  };
}

/** The pages to measure in a trail. Reads on to where the deep ones begin; a section that is too short has none. */
export async function pageCases(ledger: Ledger): Promise<PageCase[]> {
  const cases: PageCase[] = [];
  for (const section of sections) {
    const before = await positionAfter(ledger, section, deep);
    cases.push({ section: section.kind, page: 'first', query: queryOf(section) });
    if (before !== null) {
      cases.push({ section: section.kind, page: `after ${deep}`, query: queryOf(section, { before }) });
    }
    cases.push({ section: section.kind, page: 'middle of the time', query: queryOf(section, middle) });
    for (const event of section.kind === 'cluster' ? (['DENIED', 'LATE_SUCCESS'] as const) : []) {
      cases.push({ section: section.kind, page: `only ${event}`, query: queryOf(section, { events: [event] }) });
    }
  }
  const [newest] = (await ledger.readTrail(queryOf({ kind: 'all' }))).entries;
  if (newest === undefined) throw new Error('The trail is empty.');
  const operation = { kind: 'operation', operationId: newest.operationId } as const;
  return [...cases, { section: operation.kind, page: 'first', query: queryOf(operation) }];
}

/** The position after so many entries of a section; null when it has fewer, or none behind them. */
async function positionAfter(ledger: Ledger, section: AuditPartition, count: number): Promise<string | null> {
  let before: string | null = null;
  for (let left = count; left > 0;) {
    const page: TrailPage = await ledger.readTrail(queryOf(section, { before, limit: Math.min(left, 500) }));
    left -= page.entries.length;
    before = page.next;
    if (before === null) return null;
  }
  return before;
}

/** Reads every page several times. */
export async function measurePages(ledger: Ledger, cases: readonly PageCase[]): Promise<MeasuredPage[]> {
  const measured: MeasuredPage[] = [];
  for (const { section, page, query } of cases) {
    const times: number[] = [];
    let entries = 0;
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      ({ length: entries } = (await ledger.readTrail(query)).entries);
      times.push(performance.now() - startedAt);
    }
    measured.push({ section, page, ms: median(times.slice(warmUp)), entries });
  }
  return measured;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}
