import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteFile } from '../src/file.ts';
import { queryStatement } from '../src/query.ts';
import { auditIndexes, leaseIndex, roleIndexes, stateIndex } from '../../../src/ledger/stored/tables.ts';
import type { ItemQuery } from '../../../src/ledger/stored/items.ts';
import { makeSqliteLedger } from '../src/ledger.ts';
import { appendAll, auditEntryAt, now, trailQuery } from '../../../test/support/ledger-samples.ts';
import { idsOf, target } from '../../../test/support/trail-model.ts';

const range = { kind: 'between', low: 'a', high: 'b' } as const;
const start = { operationId: 'o', entryId: 'e', openShard: 's', leaseUntil: 1, clusterKey: 'c', idempotencyKey: 'k' };

/** Every way in which the rules read an index or a table, and how SQLite finds its rows. */
const searches: readonly (readonly [ItemQuery, string])[] = [
  ...Object.keys(auditIndexes).flatMap((index) => {
    const query = { table: 'audit', index, hash: 'h', range } as const;
    const search = `INDEX audit_${index} (<expr>=? AND entryId>? AND entryId<?)`;
    return [query, { ...query, isDescending: true }, { ...query, start }, { ...query, start, isDescending: true }].map(
      (one) => [one, search] as const,
    );
  }),
  [{ table: 'audit', hash: 'h', range }, 'PRIMARY KEY (operationId=? AND entryId>? AND entryId<?)'],
  [{ table: 'audit', hash: 'h', range: { kind: 'above', value: '-' } }, 'PRIMARY KEY (operationId=? AND entryId>?)'],
  [
    { table: 'idempotency', index: leaseIndex, hash: 'h', range: { kind: 'upTo', value: 1 } },
    'INDEX idempotency_byLease (<expr>=? AND <expr><?)',
  ],
  [
    { table: 'idempotency', index: leaseIndex, hash: 'h', isDescending: true, start },
    'INDEX idempotency_byLease (<expr>=? AND <expr><?)',
  ],
  [
    { table: 'idempotency', index: stateIndex, hash: 'h', range: { kind: 'below', value: 'k' }, isDescending: true },
    'INDEX idempotency_byCluster (<expr>=? AND idempotencyKey<?)',
  ],
  [
    { table: 'idempotency', index: stateIndex, hash: 'h', start },
    'INDEX idempotency_byCluster (<expr>=? AND idempotencyKey>?)',
  ],
  [
    { table: 'idempotency', index: stateIndex, hash: 'h' },
    'INDEX idempotency_byCluster (<expr>=? AND idempotencyKey>?)',
  ],
  [
    { table: 'idempotency', index: stateIndex, hash: 'h', range, attributes: ['idempotencyKey'] },
    'COVERING INDEX idempotency_byCluster (<expr>=? AND idempotencyKey>? AND idempotencyKey<?)',
  ],
  [{ table: 'audit', index: 'byTime', hash: 'h' }, 'INDEX audit_byTime (<expr>=? AND entryId>?)'],
  ...Object.keys(roleIndexes).map(
    (index) =>
      [
        { table: 'idempotency', index, hash: 'h', range },
        `INDEX idempotency_${index} (<expr>=? AND idempotencyKey>? AND idempotencyKey<?)`,
      ] as const,
  ),
];

test.each(searches)('the query %j searches one index, without sorting', (query, search) => {
  const database = openSqliteFile(':memory:', 0);
  const { sql, parameters } = queryStatement(query);
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters, 1);
  expect(plan.map(({ detail }) => detail)).toEqual([`SEARCH ${query.table} USING ${search}`]);
  expect(sql).not.toContain('OFFSET');
  database.close();
});

test('reads only the entries of a page, not older or excluded ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const file = join(folder, 'ledger.db');
  const ledger = makeSqliteLedger({ file });
  const entries = Array.from({ length: 8 }, (_, index) =>
    auditEntryAt(now - index, { event: index % 2 === 0 ? 'LATE_SUCCESS' : 'INTENT' }),
  );
  await appendAll(ledger, entries);
  // Of another format version, before which a page ends: the entries that the filter excludes, and all that are older than the one
  // after the page.
  const unreadable = idsOf(entries.filter(({ event }, index) => event === 'INTENT' || index > 4));
  const database = new DatabaseSync(file);
  database.exec('DROP TRIGGER audit_no_update');
  const corrupt = database.prepare(`UPDATE audit SET item = json_set(item, '$.entry', '{"v":99}') WHERE entryId = ?`);
  for (const id of unreadable) corrupt.run(id);
  database.close();

  for (const partition of [{ kind: 'cluster', ...target }, { kind: 'all' }] as const) {
    const page = await ledger.readTrail(trailQuery(partition, { events: ['LATE_SUCCESS'], limit: 2 }));
    expect(page).toEqual({ entries: [entries[0], entries[2]], next: entries[2]?.entryId });
    expect((await ledger.readTrail(trailQuery(partition, { limit: 2 }))).entries).toEqual([entries[0]]);
  }
  ledger.close();
  rmSync(folder, { recursive: true });
});
