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

/** What stands under a key, by way of a commit whose expectation nothing meets. */
async function recordOf(ledger: Ledger, idempotencyKey: string): Promise<IdempotencyRecord | null> {
  const result = await ledger.commit(
    { kind: 'leased', operationId: '-', fence: -1 },
    openRecord({ idempotencyKey }),
    [],
  );
  if (result.kind !== 'conflict') throw new Error('The record was written over.');
  return result.record;
}

/** Puts a record of any state there, by way of the commits that lead to it. */
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

  describe('commits only over a record that is as expected', () => {
    const own = openRecord();
    const { operationId, fence } = own;
    const other = { operationId: openRecord().operationId };
    const lease = own.leaseUntil;

    const cases: { expected: Expectation; met: (IdempotencyRecord | null)[]; notMet: (IdempotencyRecord | null)[] }[] =
      [
        {
          expected: { kind: 'free', now },
          met: [null, succeeded(own, { expiresAt: now }), released(own, { expiresAt: now - 1 })],
          notMet: [own, succeeded(own, { expiresAt: now + 1 }), { ...own, expiresAt: now - 1 }],
        },
        {
          expected: { kind: 'released', operationId, fence },
          met: [released(own), released(own, { expiresAt: now })],
          notMet: [null, own, succeeded(own), released(own, other), released(own, { fence: 2 })],
        },
        {
          expected: { kind: 'leased', operationId, fence },
          met: [own, { ...own, leaseUntil: now - 1 }],
          notMet: [null, succeeded(own), released(own), { ...own, ...other }, { ...own, fence: 2 }],
        },
        {
          expected: { kind: 'lease-expired', operationId, fence, now: lease },
          met: [own, { ...own, leaseUntil: lease - 1 }],
          notMet: [
            null,
            succeeded(own),
            released(own),
            { ...own, ...other },
            { ...own, fence: 2 },
            { ...own, leaseUntil: lease + 1 },
          ],
        },
      ];
    const rows = cases.flatMap(({ expected, met, notMet }) => [
      ...met.map((stored) => ({ expected, stored, kind: 'committed' })),
      ...notMet.map((stored) => ({ expected, stored, kind: 'conflict' })),
    ]);

    test.each(rows.map((row) => ({ ...row, says: `${row.expected.kind} over ${describeRecord(row.stored)}` })))(
      '$says: $kind',
      async ({ expected, stored: sample, kind }) => {
        const { idempotencyKey } = openRecord();
        const stored = sample === null ? null : { ...sample, idempotencyKey };
        if (stored !== null) await store(ledger, stored);
        const next = openRecord({ idempotencyKey, fence: 3 });
        const entry = auditEntry({ operationId: next.operationId });

        const result = await ledger.commit(expected, next, [entry]);

        expect(result).toEqual(kind === 'committed' ? { kind } : { kind, record: stored });
        expect(await recordOf(ledger, idempotencyKey)).toEqual(kind === 'committed' ? next : stored);
        expect(await ledger.getEntry(entry)).toEqual(kind === 'committed' ? entry : null);
      },
    );

    function describeRecord(record: IdempotencyRecord | null): string {
      if (record === null) return 'nothing';
      const parts = [record.state, `of fence ${record.fence}`];
      if (record.operationId !== operationId) parts.push('of another operation');
      if (record.expiresAt !== null) parts.push(`that expires at ${record.expiresAt - now}`);
      return [...parts, `with its lease until ${record.leaseUntil - lease}`].join(' ');
    }
  });

  test('gives back a record exactly as it was written', async () => {
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
    const answer = { association: null, refusal, completedAt: '2026-11-24T12:00:00.000Z' };
    const inDoubtOperationIds = [openRecord().operationId];
    const record = succeeded(openRecord({ inDoubtOperationIds }), { state: 'REFUSED', result: answer });
    await store(ledger, record);
    expect(await recordOf(ledger, record.idempotencyKey)).toEqual(record);
  });

  test('gives a record by its key, also one that may be forgotten, and null where there is none', async () => {
    const records = [openRecord(), succeeded(openRecord()), released(openRecord(), { expiresAt: now - 1 })];
    for (const record of records) await store(ledger, record);
    for (const record of records) expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    expect(await ledger.getRecord(openRecord().idempotencyKey)).toBeNull();
  });

  test('of 50 commits at once over one key, writes exactly one, with its entries only', async () => {
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
    expect(await recordOf(ledger, idempotencyKey)).toEqual(winner);
    for (const result of results) if (result.kind === 'conflict') expect(result.record).toEqual(winner);
    const written = await Promise.all(commits.map(({ entry }) => ledger.getEntry(entry)));
    expect(written.filter((entry) => entry !== null)).toHaveLength(1);
  });

  describe('has each entry once', () => {
    test('the same commit again is committed and changes nothing, even where the record has moved on', async () => {
      const record = openRecord();
      const { operationId, fence } = record;
      const intent = auditEntry({ operationId });
      const begin = () => ledger.commit({ kind: 'free', now }, record, [intent]);
      expect(await begin()).toEqual({ kind: 'committed' });
      expect(await begin()).toEqual({ kind: 'committed' });

      const end = succeeded(record);
      await ledger.commit({ kind: 'leased', operationId, fence }, end, [
        auditEntry({ operationId, event: 'SUCCEEDED' }),
      ]);
      expect(await begin()).toEqual({ kind: 'committed' });
      expect(await recordOf(ledger, record.idempotencyKey)).toEqual(end);
      expect(await ledger.operationEntries(operationId)).toHaveLength(2);
    });

    test('an entry that is equal but for the order of its fields is the same entry', async () => {
      const entry = auditEntry();
      const { operationId, ...others } = entry;
      const turned = { ...others, operationId };
      expect(JSON.stringify(turned)).not.toBe(JSON.stringify(entry));
      await ledger.appendEntry(entry);
      await ledger.appendEntry(turned);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit with another entry under a used key throws and writes nothing', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      const record = openRecord();
      const fresh = auditEntry({ operationId: entry.operationId });
      const entries = [fresh, { ...entry, message: 'another' }];
      const committing = ledger.commit({ kind: 'free', now }, record, entries);
      await expect(committing).rejects.toThrow(`Another audit entry is stored under ${auditEntryId(entry)}`);
      await expect(committing).rejects.not.toThrow(LedgerUnavailable);
      expect(await recordOf(ledger, record.idempotencyKey)).toBeNull();
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit of which only some entries are stored throws and writes nothing', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      const record = openRecord();
      const fresh = auditEntry({ operationId: entry.operationId });
      const committing = ledger.commit({ kind: 'free', now }, record, [entry, fresh]);
      await expect(committing).rejects.toThrow(`stored before: ${auditEntryId(entry)}`);
      expect(await recordOf(ledger, record.idempotencyKey)).toBeNull();
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });

    test('a commit with two entries of one key throws and writes nothing', async () => {
      const entry = auditEntry();
      const record = openRecord();
      const committing = ledger.commit({ kind: 'free', now }, record, [entry, entry]);
      await expect(committing).rejects.toThrow('have the same key');
      expect(await recordOf(ledger, record.idempotencyKey)).toBeNull();
    });

    test('appended twice, it is there once; another under its key throws and changes nothing', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      await ledger.appendEntry(entry);
      const another = ledger.appendEntry({ ...entry, message: 'another' });
      await expect(another).rejects.toThrow(`Another audit entry is stored under ${auditEntryId(entry)}`);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
    });
  });

  test('refuses a key that no search for lapsed leases would look under', async () => {
    const committing = ledger.commit({ kind: 'free', now }, openRecord({ idempotencyKey: 'token-1' }), []);
    await expect(committing).rejects.toThrow('must be a SHA-256');
  });

  describe('gives back entries', () => {
    test('one by its key, null for one that is not there', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      expect(await ledger.getEntry(entry)).toEqual(entry);
      expect(await ledger.getEntry({ ...entry, entryId: auditEntry().entryId })).toBeNull();
    });

    test('all of an operation and no other, oldest first, however many bytes they are', async () => {
      const { operationId } = auditEntry();
      // More than the 1 MB that DynamoDB gives in one page.
      const entries = Array.from({ length: 5 }, () => auditEntry({ operationId, message: 'm'.repeat(300_000) }));
      for (const entry of entries.toReversed()) await ledger.appendEntry(entry);
      await ledger.appendEntry(auditEntry());
      expect(await ledger.operationEntries(operationId)).toEqual(entries);
      expect(await ledger.operationEntries(auditEntry().operationId)).toEqual([]);
    });

    const odd: Record<string, unknown> = {
      'keys like __proto__': JSON.parse('{"__proto__": {"constructor": 1}, "toString": null, "": "", "a.b": []}'),
      'lone surrogates': { 'a\u{d800}': 'b\u{dfff}c' },
      'numbers of any size': [2 ** 63 + 2 ** 40, 1e308, 5e-324, 0.1, 2 ** 53 + 2, 38 ** 60],
      'empty things': { text: '', list: [], map: {}, nothing: null },
      'control characters': '\u0000\u0001\n\u007f\u2028\ufeff\uffff',
      'deep nesting': Array.from({ length: 100 }).reduce((inner) => ({ inner: [inner] }), null),
      'plain values': [true, false, null, 0, 'text'],
    };
    test.each(Object.entries(odd))('with %s in invalid input, exactly as they were', async (_, invalidInput) => {
      const text = JSON.stringify(invalidInput);
      const reason = typeof invalidInput === 'string' ? invalidInput : '\u{d800}';
      const entry = auditEntry({ event: 'INVALID', target: null, request: null, invalidInput, reason });
      await ledger.appendEntry(entry);
      await ledger.appendEntry(entry);
      const found = await ledger.getEntry(entry);
      expect(JSON.stringify(found?.invalidInput)).toBe(text);
      expect(found).toEqual(entry);
    });

    test('of the biggest request, and the record of its biggest answer', async () => {
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
      const answer = { association: null, refusal, completedAt: '2026-11-24T12:00:00.000Z' };
      const record = openRecord();
      const { operationId, fence } = record;
      const entries = ['INTENT', 'REFUSED'] as const;
      const [intent, end] = entries.map((event) => auditEntry({ operationId, event, request: request({ tags }) }));
      if (intent === undefined || end === undefined) throw new Error('unreachable');

      expect(await ledger.commit({ kind: 'free', now }, record, [intent])).toEqual({ kind: 'committed' });
      const next: IdempotencyRecord = { ...succeeded(record), state: 'REFUSED', result: answer };
      expect(await ledger.commit({ kind: 'leased', operationId, fence }, next, [end])).toEqual({ kind: 'committed' });
      expect(await recordOf(ledger, record.idempotencyKey)).toEqual(next);
      expect(await ledger.operationEntries(operationId)).toEqual([intent, end]);
    });
  });
});

describe.each(stores)('lapsed leases in $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ ledger, close } = await open());
  });
  afterEach(async () => {
    await close();
  });

  test('are found the longest lapsed first, from the instant they end', async () => {
    const records = [now + 1, now, now - 30_000, now - 10, now - 20].map((leaseUntil) => openRecord({ leaseUntil }));
    for (const record of records) await store(ledger, record);
    const [, justNow, first, third, second] = records;
    expect(await ledger.expiredLeases(now, 10)).toEqual([first, second, third, justNow]);
    expect(await ledger.expiredLeases(now, 2)).toEqual([first, second]);
    expect(await ledger.expiredLeases(now - 30_001, 10)).toEqual([]);
  });

  test('are found under every key, and limited under like ones', async () => {
    const records = Array.from('0123456789abcdefaaaa').map((digit, index) =>
      openRecord({ idempotencyKey: digit + openRecord().idempotencyKey.slice(1), leaseUntil: now - index }),
    );
    for (const record of records) await store(ledger, record);
    expect(await ledger.expiredLeases(now, 100)).toEqual(records.toReversed());
    expect(await ledger.expiredLeases(now, 3)).toEqual(records.toReversed().slice(0, 3));
  });

  test('are those of records in progress only', async () => {
    const lapsed = { leaseUntil: now - 1 };
    const record = openRecord(lapsed);
    const { operationId, fence } = record;
    await store(ledger, record);
    for (const next of [succeeded(openRecord(lapsed)), released(openRecord(lapsed))]) await store(ledger, next);
    expect(await ledger.expiredLeases(now, 10)).toEqual([record]);
    await ledger.commit({ kind: 'leased', operationId, fence }, released(record), []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([]);
    const again = { ...record, fence: 2, startedAt: now + 1 };
    await ledger.commit({ kind: 'released', operationId, fence }, again, []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([again]);
  });
});
