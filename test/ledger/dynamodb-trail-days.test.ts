import type { Ledger } from '../../src/ledger/ledger.ts';
import { firstIdOf } from '../../src/ledger/trail-position.ts';
import { openMeteredLedger } from '../support/counted-trail.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { appendAll, auditEntryAt, now, trailPages, trailQuery } from '../support/ledger-samples.ts';
import { day, idsOf } from '../support/trail-model.ts';

/** The earliest day that the partition `all` reads. */
const firstDay = Date.UTC(2026, 10, 1);

describeOnDynamoDb('the partition all in DynamoDB', () => {
  /** The time of the ledger's clock. */
  let clock = now;
  let ledger: Ledger;
  let measure: Awaited<ReturnType<typeof openMeteredLedger>>['measure'];
  let close: () => Promise<void>;
  beforeEach(async () => {
    clock = now;
    ({ ledger, measure, close } = await openMeteredLedger(() => clock));
  });
  afterEach(async () => {
    await close();
  });

  const all = { kind: 'all' } as const;

  test('reads three empty days with one request each, and probes the days before them in parallel', async () => {
    const [newest, oldest] = [auditEntryAt(now), auditEntryAt(now - 18 * day)];
    await appendAll(ledger, [newest, oldest]);
    const { result, requests, reads } = await measure(() => ledger.readTrail(trailQuery(all)));
    expect(result).toEqual({ entries: [newest, oldest], next: null });
    const limits = requests.map(({ body }) => (body.Select === 'COUNT' ? '?' : body.Limit));
    // The 24th to the 21st; a probe of 16 days; the 6th to the 3rd; a probe of the last two days.
    expect(limits).toEqual([11, 10, 10, 10, ...Array.from('?'.repeat(16)), 10, 9, 9, 9, '?', '?']);
    expect(reads).toEqual([
      1,
      0,
      0,
      0,
      ...Array.from('?'.repeat(16), (_, back) => Number(back === 14)),
      1,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  test('never skips a day with entries, after any number of empty days', async () => {
    clock = firstDay + 45 * day;
    const gaps = [1, 2, 3, 4, 5, 15, 3, 7, 4];
    const times = gaps.map((_, index) => clock - gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0) * day);
    const entries = times.map((time) => auditEntryAt(time));
    await appendAll(ledger, entries);
    for (const limit of [1, 2, 10]) {
      const pages = await trailPages(ledger, trailQuery(all, { limit }));
      expect(pages.flatMap((page) => idsOf(page.entries))).toEqual(idsOf(entries));
    }
    const filtered = await trailPages(ledger, trailQuery(all, { events: ['LATE_SUCCESS'] }));
    expect(filtered.flatMap((page) => page.entries)).toEqual([]);
  });

  // Two days with entries, three empty days and 27 probes of 16 days each use up the 32 round trips.
  const skipped = 2 + 3 + 27 * 16;
  test.each([skipped - 17, skipped - 1, skipped])(
    'skips years of empty days, a limited number per call, and finds an entry %d days back',
    async (daysBack) => {
      clock = firstDay + 900 * day;
      const times = [clock, clock - day, clock - daysBack * day, firstDay];
      const entries = times.map((time) => auditEntryAt(time));
      await appendAll(ledger, entries);
      const { result: first, count } = await measure(() => ledger.readTrail(trailQuery(all)));
      expect(first.entries).toEqual(entries.slice(0, daysBack < skipped - 16 ? 3 : 2));
      if (daysBack >= skipped)
        expect([count, first.next]).toEqual([5 + 27 * 16, firstIdOf(firstDay + (901 - skipped) * day)]);
      const pages = await trailPages(ledger, trailQuery(all));
      expect(pages.flatMap((page) => idsOf(page.entries))).toEqual(idsOf(entries));
      expect(pages.length).toBeLessThan(5);
    },
  );

  test('reads a limited number of days per call when filters exclude all entries', async () => {
    clock = firstDay + 99 * day;
    const entries = Array.from({ length: 100 }, (_, index) => auditEntryAt(clock - index * day));
    await appendAll(ledger, entries);
    const query = trailQuery(all, { events: ['LATE_SUCCESS'] });
    const { result, count } = await measure(() => ledger.readTrail(query));
    expect([count, result]).toEqual([32, { entries: [], next: firstIdOf(clock - 31 * day) }]);
    const pages = await trailPages(ledger, query);
    expect(pages.map((page) => page.entries.length)).toEqual([0, 0, 0, 0]);
  });

  test('starts an hour ahead of the clock, even if until or the position are later', async () => {
    const entries = [now + 3_600_000, now].map((time) => auditEntryAt(time));
    await appendAll(ledger, [auditEntryAt(now + 3_600_001), ...entries]);
    const bounds = [{}, { until: Date.UTC(9_000, 0) }, { before: '7'.padEnd(26, 'Z') }];
    for (const fields of bounds) {
      const { result, count } = await measure(() => ledger.readTrail(trailQuery(all, { ...fields, since: now })));
      expect([idsOf(result.entries), count]).toEqual([idsOf(entries), 1]);
    }
  });

  test('queries only the days of the time range', async () => {
    const entries = [0, 1, 2, 3].map((daysAgo) => auditEntryAt(now - daysAgo * day));
    await appendAll(ledger, entries);
    const range = { since: now - 2 * day, until: now };
    const { result, count } = await measure(() => ledger.readTrail(trailQuery(all, range)));
    expect(idsOf(result.entries)).toEqual(idsOf(entries.slice(1, 3)));
    expect(count).toBe(3);
  });
});
