import type { Ledger, AuditPartition } from '../../src/ledger/ledger.ts';
import { firstIdOf, lastIdOf } from '../../src/ledger/trail-position.ts';
import { openMeteredLedger } from '../support/counted-trail.ts';
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
import { day, emptyPartitions, target } from '../support/trail-model.ts';

describeOnDynamoDb('what a page of the trail costs in DynamoDB', () => {
  let ledger: Ledger;
  let measure: Awaited<ReturnType<typeof openMeteredLedger>>['measure'];
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ ledger, measure, close } = await openMeteredLedger(() => now));
  });
  afterEach(async () => {
    await close();
  });

  const all = { kind: 'all' } as const;
  const cluster = { kind: 'cluster', ...target } as const;

  test('one Query a page where nothing is filtered, of one item more than the page', async () => {
    const of = { associationArn: association().associationArn, operationId: auditEntry().operationId };
    await appendAll(
      ledger,
      Array.from({ length: 25 }, () => auditEntryAt(now, of)),
    );
    const partitions: [AuditPartition, string | undefined][] = [
      [cluster, 'byCluster'],
      [{ kind: 'namespace', ...target }, 'byNamespace'],
      [{ kind: 'serviceAccount', ...target }, 'byServiceAccount'],
      [{ kind: 'principal', principalId: auditEntry().principal.id }, 'byPrincipal'],
      [{ kind: 'association', associationArn: of.associationArn }, 'byAssociation'],
      [{ kind: 'operation', operationId: of.operationId }, undefined],
      [all, 'byDay'],
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

  test('no request where no entry can be', async () => {
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
      trailQuery(all, { since: now + 3_600_001, until: now + 10 * day }),
      trailQuery(all, { until: Date.UTC(2026, 10, 1) }),
    ];
    for (const query of queries) {
      const { result, count } = await measure(() => ledger.readTrail(query));
      expect([query, count, result]).toEqual([query, 0, { entries: [], next: null }]);
    }
  });

  describe('with a filter', () => {
    const rare = { events: ['LATE_SUCCESS'] } as const;

    /** Entries of one cluster, newest first: rare ones where `isRare` says so. */
    async function fill(length: number, isRare: (index: number) => boolean): Promise<void> {
      const event = (index: number) => (isRare(index) ? 'LATE_SUCCESS' : 'INTENT');
      await appendAll(
        ledger,
        Array.from({ length }, (_, index) => auditEntryAt(now - index, { event: event(index) })),
      );
    }

    test('reads more at a time where few pass, and a thousand items at most', async () => {
      await fill(1_010, (index) => index > 1_000);
      const { result, reads } = await measure(() => ledger.readTrail(trailQuery(cluster, rare)));
      expect(result.entries).toEqual([]);
      expect(result.next).toBe(lastIdOf(now - 999).slice(0, 10) + String(result.next).slice(10));
      expect(reads).toEqual([11, 11, 22, 44, 88, 176, 352, 296]);
      expect((await ledger.readTrail(trailQuery(cluster, { ...rare, before: result.next }))).entries).toHaveLength(9);
    });

    test('may name the same event more often than DynamoDB takes values', async () => {
      await fill(2, (index) => index === 1);
      const events = Array.from({ length: 101 }, () => 'LATE_SUCCESS' as const);
      expect((await ledger.readTrail(trailQuery(cluster, { events }))).entries).toHaveLength(1);
    });

    test.each([
      ['one in 20', 20, 10],
      ['every other', 2, 10],
      ['all', 1, 10],
      ['one in 20', 20, 1],
    ])('reads few items too many where %s (%d) passes, %d a page', async (_, every, limit) => {
      await fill(200, (index) => index % every === 0);
      const query = trailQuery(cluster, { ...rare, limit });
      const { result, read, count } = await measure(() => ledger.readTrail(query));
      expect(result.entries).toHaveLength(limit);
      const leftOut = limit * (every - 1);
      expect(read).toBeLessThanOrEqual(limit + 1 + 2 * leftOut + every);
      expect(count).toBeLessThanOrEqual(Math.ceil(Math.log2(every)) + 3);
      const pages = await trailPages(ledger, query);
      expect(pages.flatMap(({ entries }) => entries)).toHaveLength(200 / every);
    });
  });
});
