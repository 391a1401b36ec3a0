// Quick test: test/ledger/stored-items.test.ts.
import type { Ledger, AuditPartition } from '../../src/ledger/ledger.ts';
import { firstIdOf, lastIdOf } from '../../src/ledger/trail-position.ts';
import { openMeteredLedger } from './counted-trail.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import {
  appendAll,
  association,
  auditEntry,
  auditEntryAt,
  now,
  trailPages,
  trailQuery,
} from '../support/ledger-samples.ts';
import { emptyPartitions, idsOf, target } from '../support/trail-model.ts';

describeOnDynamoDb('the cost of a trail page in DynamoDB', () => {
  let ledger: Ledger;
  let measure: Awaited<ReturnType<typeof openMeteredLedger>>['measure'];
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ ledger, measure, close } = await openMeteredLedger());
  });
  afterEach(async () => {
    await close();
  });

  const all = { kind: 'all' } as const;
  const cluster = { kind: 'cluster', ...target } as const;

  test('a trail page without filters costs one Query, for one item more than the page', async () => {
    const ids = { associationArn: association().associationArn, operationId: auditEntry().operationId };
    await appendAll(
      ledger,
      Array.from({ length: 25 }, () => auditEntryAt(now, ids)),
    );
    const partitions: [AuditPartition, string | undefined][] = [
      [cluster, 'byCluster'],
      [{ kind: 'namespace', ...target }, 'byNamespace'],
      [{ kind: 'serviceAccount', ...target }, 'byServiceAccount'],
      [{ kind: 'principal', principalId: auditEntry().principal.id }, 'byPrincipal'],
      [{ kind: 'association', associationArn: ids.associationArn }, 'byAssociation'],
      [{ kind: 'operation', operationId: ids.operationId }, undefined],
    ];
    for (const [partition, IndexName] of partitions) {
      const query = trailQuery(partition, { since: now });
      const { result, requests, reads } = await measure(() => trailPages(ledger, query));
      expect(result.map(({ entries }) => entries.length)).toEqual([10, 10, 5]);
      expect(reads).toEqual([11, 11, 5]);
      for (const { operation, body } of requests) {
        const ConsistentRead = IndexName === undefined ? true : undefined;
        expect([operation, body.IndexName, body.ConsistentRead]).toEqual(['Query', IndexName, ConsistentRead]);
      }
    }
  });

  describe('of the whole trail', () => {
    const shards = 8;

    test('a page of the whole trail costs one parallel Query per shard, and few for the rest of the page', async () => {
      const entries = Array.from({ length: 250 }, (_, index) => auditEntryAt(now - index));
      await appendAll(ledger, entries);
      for (const limit of [10, 50, 100]) {
        const { result, requests, read } = await measure(() => ledger.readTrail(trailQuery(all, { limit })));
        expect(idsOf(result.entries)).toEqual(idsOf(entries.slice(0, limit)));
        for (const { operation, body } of requests) expect([operation, body.IndexName]).toEqual(['Query', 'byTime']);
        expect(requests.length).toBeGreaterThanOrEqual(shards);
        expect(requests.length).toBeLessThanOrEqual(2 * shards);
        expect(read).toBeLessThanOrEqual(limit + 1 + 5 * Math.sqrt(shards * limit));
      }
      const pages = await trailPages(ledger, trailQuery(all, { limit: 40 }));
      expect(pages.flatMap((page) => idsOf(page.entries))).toEqual(idsOf(entries));
    });

    test('does not depend on the time between entries: years without entries cost nothing', async () => {
      const year = 365 * 86_400_000;
      const entries = [now, now - 3 * year, now - 10 * year].map((time) => auditEntryAt(time));
      await appendAll(ledger, entries);
      const { result, count } = await measure(() => ledger.readTrail(trailQuery(all)));
      expect([result, count]).toEqual([{ entries, next: null }, shards]);
    });

    test('a page of the whole trail is the same when all entries are in one shard, with more requests', async () => {
      const entries = Array.from({ length: 60 }, (_, index) => auditEntryAt(now - index));
      const inOneShard = entries.map((entry) => ({ ...entry, entryId: `${entry.entryId.slice(0, -1)}0` }));
      await appendAll(ledger, inOneShard);
      const { result, count } = await measure(() => ledger.readTrail(trailQuery(all, { limit: 50 })));
      expect(idsOf(result.entries)).toEqual(idsOf(inOneShard.slice(0, 50)));
      expect(count).toBeLessThanOrEqual(shards + 5);
    });

    test('a page of the whole trail examines at most 1,000 items, also if no entry passes the filters', async () => {
      await appendAll(
        ledger,
        Array.from({ length: 1_100 }, (_, index) => auditEntryAt(now - index)),
      );
      for (const query of [trailQuery(all, { events: ['LATE_SUCCESS'] }), trailQuery(all, { limit: 2_000 })]) {
        const { result, read } = await measure(() => ledger.readTrail(query));
        expect(read).toBeLessThanOrEqual(1_000);
        expect(read).toBeGreaterThan(900);
        expect(result.next).not.toBeNull();
        const last = (await trailPages(ledger, query)).at(-1);
        expect(last?.next).toBeNull();
      }
    });
  });

  test('a query that no entry can match costs 0 requests', async () => {
    const impossible = emptyPartitions.filter((partition) =>
      /Id":""|Arn":""|ppp|\\ud800/.test(JSON.stringify(partition)),
    );
    expect(impossible).toHaveLength(4);
    const queries = [
      ...impossible.map((partition) => trailQuery(partition)),
      trailQuery(all, { events: [] }),
      trailQuery(cluster, { operations: [] }),
      trailQuery(cluster, { since: now, until: now }),
      trailQuery(cluster, { since: now, before: firstIdOf(now) }),
      trailQuery(all, { until: 0 }),
    ];
    for (const query of queries) {
      const { result, count } = await measure(() => ledger.readTrail(query));
      expect([query, count, result]).toEqual([query, 0, { entries: [], next: null }]);
    }
  });

  describe('with a filter', () => {
    const rare = { events: ['LATE_SUCCESS'] } as const;

    /** Adds entries of one cluster, newest first. Those for which `isRare` is true pass the filter. */
    async function fill(length: number, isRare: (index: number) => boolean): Promise<void> {
      const event = (index: number) => (isRare(index) ? 'LATE_SUCCESS' : 'INTENT');
      await appendAll(
        ledger,
        Array.from({ length }, (_, index) => auditEntryAt(now - index, { event: event(index) })),
      );
    }

    test('reads larger batches where few entries pass, and at most 1,000 items', async () => {
      await fill(1_010, (index) => index > 1_000);
      const { result, reads } = await measure(() => ledger.readTrail(trailQuery(cluster, rare)));
      expect(result.entries).toEqual([]);
      expect(result.next).toBe(lastIdOf(now - 999).slice(0, 10) + String(result.next).slice(10));
      expect(reads).toEqual([11, 11, 22, 44, 88, 176, 352, 296]);
      expect((await ledger.readTrail(trailQuery(cluster, { ...rare, before: result.next }))).entries).toHaveLength(9);
    });

    test('accepts more duplicates of an event than DynamoDB accepts values', async () => {
      await fill(2, (index) => index === 1);
      const events = Array.from({ length: 101 }, () => 'LATE_SUCCESS' as const);
      expect((await ledger.readTrail(trailQuery(cluster, { events }))).entries).toHaveLength(1);
    });

    test.each([
      ['one in 20', 20, 10],
      ['every other', 2, 10],
      ['all', 1, 10],
      ['one in 20', 20, 1],
    ])('reads few excess items where %s (%d) passes, with %d per page', async (_, every, limit) => {
      await fill(200, (index) => index % every === 0);
      const query = trailQuery(cluster, { ...rare, limit });
      const { result, read, count } = await measure(() => ledger.readTrail(query));
      expect(result.entries).toHaveLength(limit);
      const excluded = limit * (every - 1);
      expect(read).toBeLessThanOrEqual(limit + 1 + 2 * excluded + every);
      expect(count).toBeLessThanOrEqual(Math.ceil(Math.log2(every)) + 3);
      const pages = await trailPages(ledger, query);
      expect(pages.flatMap(({ entries }) => entries)).toHaveLength(200 / every);
    });
  });
});
