import { UnsupportedFormat, UnsupportedFormatOnPage } from '../../src/ledger/format.ts';
import type { AuditPartition, Expectation, Ledger } from '../../src/ledger/ledger.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import {
  association,
  auditEntry,
  recordTime as now,
  openRecord,
  released,
  storeRecord,
  succeeded,
  trailQuery,
} from '../support/ledger-samples.ts';
import { idsOf, target } from '../support/trail-model.ts';

describeOnLedgers('the formats of a ledger in $name', ({ open }) => {
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
