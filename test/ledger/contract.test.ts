import { auditEntryId } from '../../src/model/audit.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Expectation, Ledger, IdempotencyRecord } from '../../src/ledger/ledger.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';
import {
  association,
  auditEntry,
  biggestTags,
  now,
  openRecord,
  released,
  request,
  succeeded,
} from '../support/ledger-samples.ts';

const stores = ledgersUnderTest().filter(({ available }) => available);

/** The stored record of a key, as a conflicting commit returns it. No record meets the expectation of that commit. */
async function storedRecord(ledger: Ledger, idempotencyKey: string): Promise<IdempotencyRecord | null> {
  const result = await ledger.commit(
    { kind: 'leased', operationId: '-', fence: -1 },
    openRecord({ idempotencyKey }),
    [],
  );
  if (result.kind !== 'conflict') throw new Error('The commit replaced the record.');
  return result.record;
}

/** Stores a record of any state. */
async function store(ledger: Ledger, record: IdempotencyRecord): Promise<void> {
  expect(await ledger.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'committed' });
}

describe.each(stores)('a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await open());
  });
  afterAll(async () => {
    await close();
  });

  describe('commits only if the stored record meets the expectation', () => {
    const leased = openRecord();
    const { operationId, fence, leaseUntil } = leased;
    const otherOperation = { operationId: openRecord().operationId };

    const cases: { expected: Expectation; met: (IdempotencyRecord | null)[]; notMet: (IdempotencyRecord | null)[] }[] =
      [
        {
          expected: { kind: 'free', now },
          met: [null, succeeded(leased, { expiresAt: now }), released(leased, { expiresAt: now - 1 })],
          notMet: [leased, succeeded(leased, { expiresAt: now + 1 }), { ...leased, expiresAt: now - 1 }],
        },
        {
          expected: { kind: 'released', operationId, fence },
          met: [released(leased), released(leased, { expiresAt: now })],
          notMet: [null, leased, succeeded(leased), released(leased, otherOperation), released(leased, { fence: 2 })],
        },
        {
          expected: { kind: 'leased', operationId, fence },
          met: [leased, { ...leased, leaseUntil: now - 1 }],
          notMet: [
            null,
            succeeded(leased),
            released(leased),
            { ...leased, ...otherOperation },
            { ...leased, fence: 2 },
          ],
        },
        {
          expected: { kind: 'lease-expired', operationId, fence, now: leaseUntil },
          met: [leased, { ...leased, leaseUntil: leaseUntil - 1 }],
          notMet: [
            null,
            succeeded(leased),
            released(leased),
            { ...leased, ...otherOperation },
            { ...leased, fence: 2 },
            { ...leased, leaseUntil: leaseUntil + 1 },
          ],
        },
      ];
    const rows = cases.flatMap(({ expected, met, notMet }) => [
      ...met.map((stored) => ({ expected, stored, kind: 'committed' })),
      ...notMet.map((stored) => ({ expected, stored, kind: 'conflict' })),
    ]);

    test.each(rows.map((row) => ({ ...row, title: `${row.expected.kind} over ${describeRecord(row.stored)}` })))(
      '$title: $kind',
      async ({ expected, stored: sample, kind }) => {
        const { idempotencyKey } = openRecord();
        const stored = sample === null ? null : { ...sample, idempotencyKey };
        if (stored !== null) await store(ledger, stored);
        const next = openRecord({ idempotencyKey, fence: 3 });
        const entry = auditEntry({ operationId: next.operationId });

        const result = await ledger.commit(expected, next, [entry]);

        expect(result).toEqual(kind === 'committed' ? { kind } : { kind, record: stored });
        expect(await storedRecord(ledger, idempotencyKey)).toEqual(kind === 'committed' ? next : stored);
        expect(await ledger.getEntry(entry)).toEqual(kind === 'committed' ? entry : null);
      },
    );

    function describeRecord(record: IdempotencyRecord | null): string {
      if (record === null) return 'no record';
      const words = [record.state, `with fence ${record.fence}`];
      if (record.operationId !== operationId) words.push('of another operation');
      if (record.expiresAt !== null) words.push(`that expires at ${record.expiresAt - now}`);
      return [...words, `with its lease until ${record.leaseUntil - leaseUntil}`].join(' ');
    }
  });

  test('returns a record exactly as it was written', async () => {
    const differences = [{ field: 'tags.__proto__', requested: '', existing: 'a\u{d800}b' }];
    const refusal = {
      kind: 'AssociationAlreadyExists',
      code: 'ASSOCIATION_ALREADY_EXISTS',
      message: 'There is one.',
      advice: null,
      retryable: false,
      existing: association({ tags: [] }),
      differences,
    } as const;
    const result = { association: null, refusal, completedAt: '2026-11-24T12:00:00.000Z' };
    const inDoubtOperationIds = [openRecord().operationId];
    const record = succeeded(openRecord({ inDoubtOperationIds }), { state: 'REFUSED', result });
    await store(ledger, record);
    expect(await storedRecord(ledger, record.idempotencyKey)).toEqual(record);
  });

  test('returns a record by its key, also an expired one, and null for an unknown key', async () => {
    const records = [openRecord(), succeeded(openRecord()), released(openRecord(), { expiresAt: now - 1 })];
    for (const record of records) await store(ledger, record);
    for (const record of records) expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    expect(await ledger.getRecord(openRecord().idempotencyKey)).toBeNull();
  });

  test('writes exactly one of 50 concurrent commits to one key, with only its entries', async () => {
    const { idempotencyKey } = openRecord();
    const commits = Array.from({ length: 50 }, (_, index) => {
      const next = openRecord({ idempotencyKey, fence: index + 1 });
      return { next, entry: auditEntry({ operationId: next.operationId }) };
    });
    const results = await Promise.all(
      commits.map(({ next, entry }) => ledger.commit({ kind: 'free', now }, next, [entry])),
    );
    const winners = commits.filter((_, index) => results[index]?.kind === 'committed');
    expect(winners).toHaveLength(1);
    const winner = winners[0]?.next ?? null;
    expect(await storedRecord(ledger, idempotencyKey)).toEqual(winner);
    for (const result of results) if (result.kind === 'conflict') expect(result.record).toEqual(winner);
    const written = await Promise.all(commits.map(({ entry }) => ledger.getEntry(entry)));
    expect(written.filter((entry) => entry !== null)).toHaveLength(1);
  });

  describe('stores each entry once', () => {
    test('a repeated commit is committed without effect, even after the record has changed', async () => {
      const record = openRecord();
      const { operationId, fence } = record;
      const intent = auditEntry({ operationId });
      const commitStart = () => ledger.commit({ kind: 'free', now }, record, [intent]);
      expect(await commitStart()).toEqual({ kind: 'committed' });
      expect(await commitStart()).toEqual({ kind: 'committed' });

      const completed = succeeded(record);
      await ledger.commit({ kind: 'leased', operationId, fence }, completed, [
        auditEntry({ operationId, event: 'SUCCEEDED' }),
      ]);
      expect(await commitStart()).toEqual({ kind: 'committed' });
      expect(await storedRecord(ledger, record.idempotencyKey)).toEqual(completed);
      expect(await ledger.operationEntries(operationId)).toHaveLength(2);
    });

    test('an entry with its fields in another order is the same entry', async () => {
      const entry = auditEntry();
      const { operationId, ...fields } = entry;
      const reordered = { ...fields, operationId };
      expect(JSON.stringify(reordered)).not.toBe(JSON.stringify(entry));
      await ledger.appendEntry(entry);
      await ledger.appendEntry(reordered);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit with a different entry under a used key throws and writes nothing', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      const record = openRecord();
      const added = auditEntry({ operationId: entry.operationId });
      const entries = [added, { ...entry, message: 'different' }];
      const committing = ledger.commit({ kind: 'free', now }, record, entries);
      await expect(committing).rejects.toThrow(`A different audit entry is already stored as ${auditEntryId(entry)}`);
      await expect(committing).rejects.not.toThrow(LedgerUnavailable);
      expect(await storedRecord(ledger, record.idempotencyKey)).toBeNull();
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit with some entries that are already stored throws and writes nothing', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      const record = openRecord();
      const added = auditEntry({ operationId: entry.operationId });
      const committing = ledger.commit({ kind: 'free', now }, record, [entry, added]);
      await expect(committing).rejects.toThrow(`Already stored: ${auditEntryId(entry)}`);
      expect(await storedRecord(ledger, record.idempotencyKey)).toBeNull();
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit with two entries of the same key throws and writes nothing', async () => {
      const entry = auditEntry();
      const record = openRecord();
      const committing = ledger.commit({ kind: 'free', now }, record, [entry, entry]);
      await expect(committing).rejects.toThrow('have the same key');
      expect(await storedRecord(ledger, record.idempotencyKey)).toBeNull();
    });

    test('an entry that is appended twice is stored once; a different one with its key throws', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      await ledger.appendEntry(entry);
      const appending = ledger.appendEntry({ ...entry, message: 'different' });
      await expect(appending).rejects.toThrow(`A different audit entry is already stored as ${auditEntryId(entry)}`);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });
  });

  test('rejects a key that the search for expired leases would miss', async () => {
    const committing = ledger.commit({ kind: 'free', now }, openRecord({ idempotencyKey: 'token-1' }), []);
    await expect(committing).rejects.toThrow('must be a SHA-256');
  });

  describe('returns entries', () => {
    test('one by its key, and null for an unknown key', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      expect(await ledger.getEntry(entry)).toEqual(entry);
      expect(await ledger.getEntry({ ...entry, entryId: auditEntry().entryId })).toBeNull();
    });

    test('all of one operation, oldest first, whatever their size', async () => {
      const { operationId } = auditEntry();
      // More than the 1 MB of a DynamoDB page.
      const entries = Array.from({ length: 5 }, () => auditEntry({ operationId, message: 'm'.repeat(300_000) }));
      for (const entry of entries.toReversed()) await ledger.appendEntry(entry);
      await ledger.appendEntry(auditEntry());
      expect(await ledger.operationEntries(operationId)).toEqual(entries);
      expect(await ledger.operationEntries(auditEntry().operationId)).toEqual([]);
    });

    const specialInputs: Record<string, unknown> = {
      'keys like __proto__': JSON.parse('{"__proto__": {"constructor": 1}, "toString": null, "": "", "a.b": []}'),
      'lone surrogates': { 'a\u{d800}': 'b\u{dfff}c' },
      'large and small numbers': [2 ** 63 + 2 ** 40, 1e308, 5e-324, 0.1, 2 ** 53 + 2, 38 ** 60],
      'empty values': { text: '', list: [], map: {}, nothing: null },
      'control characters': '\u0000\u0001\n\u007f\u2028\ufeff\uffff',
      'deep nesting': Array.from({ length: 100 }).reduce((inner) => ({ inner: [inner] }), null),
      'plain values': [true, false, null, 0, 'text'],
    };
    test.each(Object.entries(specialInputs))(
      'with %s in their invalid input, exactly as written',
      async (_, invalidInput) => {
        const text = JSON.stringify(invalidInput);
        const reason = typeof invalidInput === 'string' ? invalidInput : '\u{d800}';
        const entry = auditEntry({ event: 'INVALID', target: null, request: null, invalidInput, reason });
        await ledger.appendEntry(entry);
        await ledger.appendEntry(entry);
        const found = await ledger.getEntry(entry);
        expect(JSON.stringify(found?.invalidInput)).toBe(text);
        expect(found).toEqual(entry);
      },
    );

    test('of the largest request, and the record with its largest result', async () => {
      const tags = biggestTags();
      const existing = association({ tags, policy: 'p'.repeat(2048) });
      const differences = tags.flatMap(({ key, value }) => [
        { field: `tags.${key}`, requested: value, existing: null },
        { field: `tags.${key}`, requested: null, existing: value },
      ]);
      const refusal = {
        kind: 'AssociationAlreadyExists',
        code: 'ASSOCIATION_ALREADY_EXISTS',
        message: 'There is one.',
        advice: null,
        retryable: false,
        existing,
        differences,
      } as const;
      const result = { association: null, refusal, completedAt: '2026-11-24T12:00:00.000Z' };
      const record = openRecord();
      const { operationId, fence } = record;
      const entries = ['INTENT', 'REFUSED'] as const;
      const [intent, refused] = entries.map((event) => auditEntry({ operationId, event, request: request({ tags }) }));
      if (intent === undefined || refused === undefined) throw new Error('unreachable');

      expect(await ledger.commit({ kind: 'free', now }, record, [intent])).toEqual({ kind: 'committed' });
      const next: IdempotencyRecord = { ...succeeded(record), state: 'REFUSED', result };
      expect(await ledger.commit({ kind: 'leased', operationId, fence }, next, [refused])).toEqual({
        kind: 'committed',
      });
      expect(await storedRecord(ledger, record.idempotencyKey)).toEqual(next);
      expect(await ledger.operationEntries(operationId)).toEqual([intent, refused]);
    });
  });
});

describe.each(stores)('expired leases in $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ ledger, close } = await open());
  });
  afterEach(async () => {
    await close();
  });

  test('are returned from the end of the lease on, the earliest first', async () => {
    const records = [now + 1, now, now - 30_000, now - 10, now - 20].map((leaseUntil) => openRecord({ leaseUntil }));
    for (const record of records) await store(ledger, record);
    const [, fourth, first, third, second] = records;
    expect(await ledger.expiredLeases(now, 10)).toEqual([first, second, third, fourth]);
    expect(await ledger.expiredLeases(now, 2)).toEqual([first, second]);
    expect(await ledger.expiredLeases(now - 30_001, 10)).toEqual([]);
  });

  test('are found in every shard, and limited within one shard', async () => {
    const records = Array.from('0123456789abcdefaaaa').map((digit, index) =>
      openRecord({ idempotencyKey: digit + openRecord().idempotencyKey.slice(1), leaseUntil: now - index }),
    );
    for (const record of records) await store(ledger, record);
    expect(await ledger.expiredLeases(now, 100)).toEqual(records.toReversed());
    expect(await ledger.expiredLeases(now, 3)).toEqual(records.toReversed().slice(0, 3));
  });

  test('belong only to records in progress', async () => {
    const expired = { leaseUntil: now - 1 };
    const record = openRecord(expired);
    const { operationId, fence } = record;
    await store(ledger, record);
    for (const next of [succeeded(openRecord(expired)), released(openRecord(expired))]) await store(ledger, next);
    expect(await ledger.expiredLeases(now, 10)).toEqual([record]);
    await ledger.commit({ kind: 'leased', operationId, fence }, released(record), []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([]);
    const retried = { ...record, fence: 2, startedAt: now + 1 };
    await ledger.commit({ kind: 'released', operationId, fence }, retried, []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([retried]);
  });
});
