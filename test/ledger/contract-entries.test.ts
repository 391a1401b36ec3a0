import { UnsupportedFormat, UnsupportedFormatOnPage } from '../../src/ledger/format.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { AuditPartition, Expectation, IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openLedgerForAllTests, openLedgerForEachTest } from '../support/each-test.ts';
import {
  appendAll,
  association,
  auditEntry,
  biggestTags,
  openRecord,
  recordTime as now,
  released,
  request,
  storedRecord,
  storeRecord,
  succeeded,
  trailQuery,
} from '../support/ledger-samples.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { idsOf, target } from '../support/trail-model.ts';

describeOnEachLedger('entries of a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  openLedgerForAllTests((opened) => ({ ledger } = opened), open);

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

  describe('returns entries', () => {
    test('one by its key, and null for an unknown key', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      expect(await ledger.getEntry(entry)).toEqual(entry);
      expect(await ledger.getEntry({ ...entry, entryId: auditEntry().entryId })).toBeNull();
    });

    test('of one operation, oldest first, in pages of any size', async () => {
      const { operationId } = auditEntry();
      const entries = Array.from({ length: 103 }, () => auditEntry({ operationId }));
      await appendAll(ledger, entries.toReversed());
      await ledger.appendEntry(auditEntry());
      expect(await ledger.operationEntries(operationId)).toEqual(entries.slice(0, 100));
      const rest = { after: entries[99]?.entryId ?? null };
      expect(await ledger.operationEntries(operationId, rest)).toEqual(entries.slice(100));
      expect(await ledger.operationEntries(operationId, { ...rest, limit: 2 })).toEqual(entries.slice(100, 102));
      expect(await ledger.operationEntries(operationId, { limit: 1 })).toEqual(entries.slice(0, 1));
      expect(await ledger.operationEntries(operationId, { after: entries.at(-1)?.entryId ?? null })).toEqual([]);
      expect(await ledger.operationEntries(auditEntry().operationId)).toEqual([]);
    });

    test('of one operation in full pages, although each is large', async () => {
      const { operationId } = auditEntry();
      // More than the 1 MB of a response of DynamoDB.
      const entries = Array.from({ length: 5 }, () => auditEntry({ operationId, message: 'm'.repeat(250_000) }));
      for (const entry of entries) await ledger.appendEntry(entry);
      expect(await ledger.operationEntries(operationId)).toEqual(entries);
      expect(await ledger.operationEntries(operationId, { limit: 4 })).toEqual(entries.slice(0, 4));
    });

    const specialValues: Record<string, unknown> = {
      'keys like __proto__': JSON.parse('{"__proto__": {"constructor": 1}, "toString": null, "": "", "a.b": []}'),
      'lone surrogates': { 'a\u{d800}': 'b\u{dfff}c' },
      'large and small numbers': [2 ** 63 + 2 ** 40, 1e308, 5e-324, 0.1, 2 ** 53 + 2, 38 ** 60],
      'empty values': { text: '', list: [], map: {}, nothing: null },
      'control characters': '\u0000\u0001\n\u007f\u2028\ufeff\uffff',
      'deep nesting': Array.from({ length: 100 }).reduce((inner) => ({ inner: [inner] }), null),
      'plain values': [true, false, null, 0, 'text'],
    };
    test.each(Object.entries(specialValues))('with %s in a field, exactly as written', async (_, special) => {
      const reason = typeof special === 'string' ? special : '\u{d800}';
      // No field has every kind of value, but a later version's may.
      const entry = { ...auditEntry({ event: 'INVALID', reason }), special };
      await ledger.appendEntry(entry);
      await ledger.appendEntry(entry);
      const found = await ledger.getEntry(entry);
      expect(JSON.stringify(found)).toBe(JSON.stringify(entry));
      expect(found).toEqual(entry);
    });

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

describeOnEachLedger('the formats of a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  describe('with a field that this version does not know', () => {
    const added = { addedLater: { nested: ['value'] } };

    test('an entry is read with it', async () => {
      const entry = auditEntry();
      await ledger.appendEntry(entry);
      await edit.entry(entry, added);
      const expected = { ...entry, ...added };
      expect(await ledger.getEntry(entry)).toEqual(expected);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([expected]);
      expect((await ledger.readTrail(trailQuery({ kind: 'all' }))).entries).toEqual([expected]);
    });

    test('a record is read with it, and every write that the protocol makes still works', async () => {
      const record = openRecord({ leaseUntil: now });
      const { idempotencyKey, operationId, fence } = record;
      await storeRecord(ledger, record);
      await edit.record(idempotencyKey, added);
      const expected = { ...record, ...added };
      expect(await ledger.getRecord(idempotencyKey)).toEqual(expected);
      expect(await ledger.expiredLeases(now, 10)).toEqual([expected]);
      const conflict = await ledger.commit({ kind: 'free', now }, openRecord({ idempotencyKey }), []);
      expect(conflict).toEqual({ kind: 'conflict', record: expected });

      const next = succeeded({ ...expected, fence });
      expect(await ledger.commit({ kind: 'leased', operationId, fence }, next, [])).toEqual({ kind: 'committed' });
      expect(await ledger.getRecord(idempotencyKey)).toMatchObject(succeeded(record));
    });
  });

  describe.each([2, 0, '1', null])('with the version %j', (v) => {
    const refusal = { name: 'UnsupportedFormat', code: 'LEDGER_FORMAT_UNSUPPORTED', supported: 1 };

    test('a record is refused by name, and not replaced', async () => {
      const leased = openRecord({ leaseUntil: now });
      const { operationId, fence } = leased;
      const ofOperation = { operationId, fence };
      const attempts: [Expectation, typeof leased][] = [
        [{ kind: 'free', now }, succeeded(leased, { retainUntil: now - 1 })],
        [{ kind: 'released', ...ofOperation }, released(leased)],
        [{ kind: 'leased', ...ofOperation }, leased],
        [{ kind: 'lease-expired', ...ofOperation, now }, leased],
      ];
      for (const [expected, sample] of attempts) {
        const { idempotencyKey } = openRecord();
        await storeRecord(ledger, { ...sample, idempotencyKey });
        await edit.record(idempotencyKey, { v });
        const next = openRecord({ idempotencyKey, fence: 7 });
        const entry = auditEntry({ operationId: next.operationId });
        const committing = ledger.commit(expected, next, [entry]);
        await expect(committing).rejects.toMatchObject(refusal);
        await expect(committing).rejects.toThrow(`idempotency record ${idempotencyKey} has format version`);
        expect(await ledger.getEntry(entry)).toBeNull();
        await expect(ledger.getRecord(idempotencyKey)).rejects.toThrow(UnsupportedFormat);
        await edit.record(idempotencyKey, { v: 1 });
        expect(await ledger.getRecord(idempotencyKey)).toEqual({ ...sample, idempotencyKey });
      }
    });

    test('a record is not among the expired leases, and does not hide others', async () => {
      const records = [openRecord({ leaseUntil: now - 2 }), openRecord({ leaseUntil: now - 1 })] as const;
      for (const record of records) await storeRecord(ledger, record);
      await edit.record(records[0].idempotencyKey, { v });
      expect(await ledger.expiredLeases(now, 1)).toEqual([records[1]]);
    });

    test('an entry is refused by name, wherever it is read alone', async () => {
      const [entry, other] = [auditEntry(), auditEntry()];
      for (const one of [entry, other]) await ledger.appendEntry(one);
      await edit.entry(entry, { v });
      await expect(ledger.getEntry(entry)).rejects.toMatchObject(refusal);
      await expect(ledger.operationEntries(entry.operationId)).rejects.toMatchObject(refusal);
      expect(await ledger.getEntry(other)).toEqual(other);
    });

    test('an entry ends the page before it, and fails only a page that would begin with it', async () => {
      const ids = { associationArn: association().associationArn, operationId: auditEntry().operationId };
      const [oldest, older, unreadable, newer, newest] = [0, 1, 2, 3, 4].map(() => auditEntry(ids));
      if (!oldest || !older || !unreadable || !newer || !newest) throw new Error('unreachable');
      for (const one of [oldest, older, unreadable, newer, newest]) await ledger.appendEntry(one);
      await edit.entry(unreadable, { v });
      const partitions: AuditPartition[] = [
        { kind: 'all' },
        { kind: 'cluster', ...target },
        { kind: 'principal', principalId: newest.principal.id },
        { kind: 'operation', operationId: ids.operationId },
      ];
      for (const partition of partitions) {
        for (const limit of [2, 3, 10]) {
          const first = await ledger.readTrail(trailQuery(partition, { limit }));
          expect([idsOf(first.entries), first.next]).toEqual([idsOf([newest, newer]), newer.entryId]);
          const second = ledger.readTrail(trailQuery(partition, { limit, before: first.next }));
          await expect(second).rejects.toThrow(UnsupportedFormatOnPage);
          await expect(second).rejects.toMatchObject({ ...refusal, position: unreadable.entryId });
          const third = await ledger.readTrail(trailQuery(partition, { limit, before: unreadable.entryId }));
          expect([idsOf(third.entries), third.next]).toEqual([idsOf([older, oldest]), null]);
        }
      }
    });
  });
});
