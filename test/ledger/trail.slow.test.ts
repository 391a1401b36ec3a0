// Quick test: test/ledger/contract-entries.test.ts.
import { randomInt } from 'node:crypto';
import type { AuditEntry } from '../../src/model/audit.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger, TrailQuery, AuditPartition } from '../../src/ledger/ledger.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import { appendAll, auditEntry, auditEntryAt, trailPages, trailQuery } from '../support/ledger-samples.ts';
import {
  associationArns,
  day,
  emptyPartitions,
  idsOf,
  matchingEntries,
  oneOf,
  operationIds,
  otherOperation,
  partitions,
  policyIds,
  randomEntries,
  refusalCodes,
  roleArns,
  target,
  today,
} from '../support/trail-model.ts';
import { isLarge } from '../support/sizes.ts';

/** Random queries of each test, and the longest trail that is read one entry a page. */
const [rounds, longest] = isLarge ? [40, 30] : [20, 10];

describeOnEachLedger('the trail in $name', ({ open }) => {
  const entries = randomEntries();
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await open());
    const shuffled = entries.toSorted(() => randomInt(3) - 1);
    await appendAll(ledger, shuffled);
  });
  afterAll(async () => {
    await close();
  });

  /** All entries of a query. Every page but the last must be full. */
  async function read(query: TrailQuery): Promise<readonly AuditEntry[]> {
    const pages = await trailPages(ledger, query);
    const sizes = pages.map((page) => page.entries.length);
    expect(sizes.slice(0, -1).filter((size) => size !== query.limit)).toEqual([]);
    expect(sizes.at(-1)).toBeLessThanOrEqual(query.limit);
    if (pages.length > 1) expect(sizes.at(-1)).toBeGreaterThan(0);
    return pages.flatMap((page) => page.entries);
  }

  test.each(partitions().map((partition) => ({ title: JSON.stringify(partition).slice(0, 200), partition })))(
    'returns each entry of $title once, newest first',
    async ({ partition }) => {
      const expected = matchingEntries(entries, trailQuery(partition));
      expect(expected.length > 0).toBe(!emptyPartitions.includes(partition));
      for (const limit of [1, 7, expected.length || 2, 200]) {
        if (limit === 1 && expected.length > longest) continue;
        expect(await read(trailQuery(partition, { limit }))).toEqual(expected);
      }
    },
  );

  test('returns the entries of a time range, exact to the millisecond', async () => {
    const instants = [...entries.map(({ time }) => Date.parse(time)), today, today - 2 * day, today - 3 * day - 1];
    for (let round = 0; round < rounds; round += 1) {
      const bound = () => oneOf([null, oneOf(instants) + randomInt(3) - 1]);
      const query = trailQuery(oneOf(partitions()), { since: bound(), until: bound(), limit: 1 + randomInt(20) });
      expect(idsOf(await read(query))).toEqual(idsOf(matchingEntries(entries, query)));
    }
  });

  test('returns only the requested events and operations', async () => {
    const kinds = ['CREATE_POD_IDENTITY_ASSOCIATION', otherOperation] as const;
    for (let round = 0; round < rounds; round += 1) {
      const events = oneOf([
        null,
        [],
        ['LATE_SUCCESS'],
        ['LATE_SUCCESS', 'DENIED', 'LATE_SUCCESS'],
        ['DENIED'],
        ['REPLAYED'],
        ['CONTENDED'],
      ] as const);
      const operations = oneOf([null, [], kinds, kinds.slice(1)]);
      const since = oneOf([null, today - 2 * day]);
      const query = trailQuery(oneOf(partitions()), { events, operations, since, limit: 1 + randomInt(20) });
      const pages = await trailPages(ledger, query);
      expect(idsOf(pages.flatMap((page) => page.entries))).toEqual(idsOf(matchingEntries(entries, query)));
      for (const page of pages) expect(page.entries.length).toBeLessThanOrEqual(query.limit);
    }
  });

  test('returns only entries with the requested role, refusal code and policy', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filters = {
        roleArn: oneOf([null, ...roleArns, 'arn:aws:iam::111122223333:role/pods']),
        refusalCodes: oneOf([null, [], refusalCodes.slice(0, 1), refusalCodes]),
        policyId: oneOf([null, ...policyIds, 'own']),
      };
      const events = oneOf([null, ['DENIED', 'INTENT'] as const]);
      const query = trailQuery(oneOf(partitions()), { ...filters, events, limit: 1 + randomInt(20) });
      const pages = await trailPages(ledger, query);
      expect(idsOf(pages.flatMap((page) => page.entries))).toEqual(idsOf(matchingEntries(entries, query)));
    }
  });

  test('compares events as they were answered where a query says so: a denial that hides an association as a refusal', async () => {
    const lists = [
      ['DENIED'],
      ['REFUSED'],
      ['DENIED', 'REFUSED'],
      ['INTENT'],
      ['CHECKED', 'REFUSED', 'REFUSED'],
    ] as const;
    for (const events of lists) {
      for (const partition of partitions().filter(({ kind }) => kind === 'principal' || kind === 'operation')) {
        const filters = { events, refusalCodes: oneOf([null, refusalCodes]) };
        const query = trailQuery(partition, { ...filters, asAnswered: true, limit: 200 });
        expect(idsOf(await read(query))).toEqual(idsOf(matchingEntries(entries, query)));
      }
    }
  });

  test('continues after any position, of any partition and time', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const before = oneOf([...idsOf(entries), '0'.repeat(26), '7'.padEnd(26, 'Z')]);
      const query = trailQuery(oneOf(partitions()), { before, until: oneOf([null, today - day]), limit: 50 });
      expect(idsOf(await read(query))).toEqual(idsOf(matchingEntries(entries, query)));
    }
  });

  test.each([
    ['an invalid position', { before: 'yesterday' }],
    ['a limit of 0', { limit: 0 }],
  ])('throws an error for %s that is not LedgerUnavailable', async (_, fields) => {
    const reading = ledger.readTrail(trailQuery({ kind: 'all' }, fields));
    await expect(reading).rejects.toThrow(/position in the trail must be a ULID|must be a positive integer, got 0/);
    await expect(reading).rejects.not.toThrow(LedgerUnavailable);
  });

  test('returns the entries of an operation, oldest first', async () => {
    const [operationId = ''] = operationIds;
    const expected = matchingEntries(entries, trailQuery({ kind: 'operation', operationId })).toReversed();
    expect(await ledger.operationEntries(operationId)).toEqual(expected);
  });
});

describeOnEachLedger('the trail in a new $name ledger', ({ open }) => {
  let ledger: Ledger;
  openLedgerForEachTest((opened) => ({ ledger } = opened), open);

  test('the trail is empty before the first entry', async () => {
    for (const partition of partitions()) {
      expect(await ledger.readTrail(trailQuery(partition))).toEqual({ entries: [], next: null });
    }
  });

  test('returns each entry once while newer ones are added', async () => {
    const ids = { associationArn: oneOf(associationArns), operationId: oneOf(operationIds) };
    const known = Array.from({ length: 25 }, (_, index) => auditEntryAt(today - (index % 3) * day + index, ids));
    await appendAll(ledger, known);
    const all: AuditPartition[] = [
      { kind: 'all' },
      { kind: 'cluster', ...target },
      { kind: 'namespace', ...target },
      { kind: 'serviceAccount', ...target },
      { kind: 'principal', principalId: auditEntry().principal.id },
      { kind: 'association', associationArn: ids.associationArn },
      { kind: 'operation', operationId: ids.operationId },
    ];
    for (const partition of all) {
      const expected = matchingEntries(known, trailQuery(partition));
      const returned: AuditEntry[] = [];
      let before: string | null = null;
      do {
        const page = await ledger.readTrail(trailQuery(partition, { before, limit: 4 }));
        returned.push(...page.entries);
        before = page.next;
        const added = auditEntryAt(Date.now(), ids);
        known.push(added);
        await ledger.appendEntry(added);
      } while (before !== null);
      expect(idsOf(returned)).toEqual(idsOf(expected));
    }
  });

  test('examines at most 1,000 entries, and then returns the next position', async () => {
    const partition = { kind: 'cluster', ...target } as const;
    const others = Array.from({ length: 1_000 }, (_, index) => auditEntryAt(today - index));
    const late = auditEntryAt(today - 1_000, { event: 'LATE_SUCCESS' });
    await appendAll(ledger, [...others, late]);

    for (const limit of [1, 10, 2_000]) {
      const query = trailQuery(partition, { events: ['LATE_SUCCESS'], limit });
      const first = await ledger.readTrail(query);
      expect(first).toEqual({ entries: [], next: others.at(-1)?.entryId });
      expect(await ledger.readTrail({ ...query, before: first.next })).toEqual({ entries: [late], next: null });
    }
    const most = await ledger.readTrail(trailQuery(partition, { limit: 2_000 }));
    expect(idsOf(most.entries)).toEqual(idsOf(others));
    expect(most.next).toBe(others.at(-1)?.entryId);
  });

  test('returns full pages of large entries', async () => {
    const partition = { kind: 'cluster', ...target } as const;
    const large = { message: 'm'.repeat(250_000) };
    const entries = Array.from({ length: 8 }, (_, index) => auditEntryAt(today - index, large));
    for (const entry of entries) await ledger.appendEntry(entry);
    const pages = await trailPages(ledger, trailQuery(partition, { limit: 5 }));
    expect(pages.map((page) => idsOf(page.entries))).toEqual([idsOf(entries.slice(0, 5)), idsOf(entries.slice(5))]);
  });
});
