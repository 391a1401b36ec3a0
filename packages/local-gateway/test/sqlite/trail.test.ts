import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteFile } from '../../src/sqlite/file.ts';
import { trailStatement } from '../../src/sqlite/trail.ts';
import { makeSqliteLedger } from '../../src/sqlite/ledger.ts';
import { appendAll, auditEntryAt, now, trailQuery } from '../../../../test/support/ledger-samples.ts';
import { idsOf, target } from '../../../../test/support/trail-model.ts';

const searches = {
  clusterKey: 'INDEX audit_clusterKey (clusterKey=? AND entryId>? AND entryId<?)',
  namespaceKey: 'INDEX audit_namespaceKey (namespaceKey=? AND entryId>? AND entryId<?)',
  serviceAccountKey: 'INDEX audit_serviceAccountKey (serviceAccountKey=? AND entryId>? AND entryId<?)',
  principalId: 'INDEX audit_principalId (principalId=? AND entryId>? AND entryId<?)',
  associationArn: 'INDEX audit_associationArn (associationArn=? AND entryId>? AND entryId<?)',
  operationId: 'PRIMARY KEY (operationId=? AND entryId>? AND entryId<?)',
  deniedNamespaceKey: 'INDEX audit_deniedNamespaceKey (deniedNamespaceKey=? AND entryId>? AND entryId<?)',
  all: 'INDEX audit_entryId (entryId>? AND entryId<?)',
} as const;

test.each(Object.entries(searches))('reading the trail by %s searches one index, without sorting', (column, search) => {
  const database = openSqliteFile(':memory:', 0);
  const statement = trailStatement(
    Object.keys(searches).find((known): known is keyof typeof searches => known === column) ?? 'all',
  );
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all({ most: 1 });
  const steps = plan.map(({ detail }) => String(detail));
  expect(steps.filter((step) => step.includes('audit'))).toEqual([`SEARCH audit USING ${search}`]);
  expect(steps.join()).not.toContain('TEMP B-TREE');
  expect(statement).not.toContain('OFFSET');
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
  const corrupt = database.prepare(`UPDATE audit SET entry = '{"v":99}' WHERE entryId = ?`);
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
