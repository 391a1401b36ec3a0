import type { Ledger } from '../../src/ledger/ledger.ts';
import { firstIdOf } from '../../src/ledger/trail-position.ts';
import { openMeteredLedger } from '../support/counted-trail.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { appendAll, auditEntryAt, now, trailPages, trailQuery } from '../support/ledger-samples.ts';
import { day, idsOf } from '../support/trail-model.ts';

/** The first day that the trail as a whole is read down to. */
const firstDay = Date.UTC(2026, 10, 1);

describeOnDynamoDb('the trail as a whole in DynamoDB', () => {
  /** What the ledger's clock shows. */
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

  test('three days without entries are one request each, and the days behind them are looked at together', async () => {
    const [newest, oldest] = [auditEntryAt(now), auditEntryAt(now - 18 * day)];
    await appendAll(ledger, [newest, oldest]);
    const { result, requests, reads } = await measure(() => ledger.readTrail(trailQuery(all)));
    expect(result).toEqual({ entries: [newest, oldest], next: null });
    const asked = requests.map(({ body }) => (body.Select === 'COUNT' ? '?' : body.Limit));
    // The 24th to the 21st; a look at 16 days; the 6th to the 3rd; a look at the two that remain.
    expect(asked).toEqual([11, 10, 10, 10, ...Array.from('?'.repeat(16)), 10, 9, 9, 9, '?', '?']);
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

  test('a day with entries is never passed over, wherever it stands behind days without', async () => {
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

  // Two days with entries, three read like them, and 27 looks at 16 days each: then 32 round trips are used up.
  const passed = 2 + 3 + 27 * 16;
  test.each([passed - 17, passed - 1, passed])(
    'years without entries are passed over, so many days a call, and what is %d days back is not',
    async (daysBack) => {
      clock = firstDay + 900 * day;
      const times = [clock, clock - day, clock - daysBack * day, firstDay];
      const entries = times.map((time) => auditEntryAt(time));
      await appendAll(ledger, entries);
      const { result: first, count } = await measure(() => ledger.readTrail(trailQuery(all)));
      expect(first.entries).toEqual(entries.slice(0, daysBack < passed - 16 ? 3 : 2));
      if (daysBack >= passed)
        expect([count, first.next]).toEqual([5 + 27 * 16, firstIdOf(firstDay + (901 - passed) * day)]);
      const pages = await trailPages(ledger, trailQuery(all));
      expect(pages.flatMap((page) => idsOf(page.entries))).toEqual(idsOf(entries));
      expect(pages.length).toBeLessThan(5);
    },
  );

  test('days with entries that do not pass are so many a call as well', async () => {
    clock = firstDay + 99 * day;
    const entries = Array.from({ length: 100 }, (_, index) => auditEntryAt(clock - index * day));
    await appendAll(ledger, entries);
    const query = trailQuery(all, { events: ['LATE_SUCCESS'] });
    const { result, count } = await measure(() => ledger.readTrail(query));
    expect([count, result]).toEqual([32, { entries: [], next: firstIdOf(clock - 31 * day) }]);
    const pages = await trailPages(ledger, query);
    expect(pages.map((page) => page.entries.length)).toEqual([0, 0, 0, 0]);
  });

  test('it begins an hour ahead of the clock, however late until or position are', async () => {
    const entries = [now + 3_600_000, now].map((time) => auditEntryAt(time));
    await appendAll(ledger, [auditEntryAt(now + 3_600_001), ...entries]);
    const bounds = [{}, { until: Date.UTC(9_000, 0) }, { before: '7'.padEnd(26, 'Z') }];
    for (const fields of bounds) {
      const { result, count } = await measure(() => ledger.readTrail(trailQuery(all, { ...fields, since: now })));
      expect([idsOf(result.entries), count]).toEqual([idsOf(entries), 1]);
    }
  });

  test('a range of time asks for its days alone', async () => {
    const entries = [0, 1, 2, 3].map((daysAgo) => auditEntryAt(now - daysAgo * day));
    await appendAll(ledger, entries);
    const range = { since: now - 2 * day, until: now };
    const { result, count } = await measure(() => ledger.readTrail(trailQuery(all, range)));
    expect(idsOf(result.entries)).toEqual(idsOf(entries.slice(1, 3)));
    expect(count).toBe(3);
  });
});
