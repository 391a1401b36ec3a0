import { UnsupportedFormat } from '../../src/ledger/format.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { locksKey, maxLocksBytes } from '../../src/ledger/stored/locks.ts';
import type { Lock } from '../../src/model/lock.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { auditEntry, openRecord, recordTime, storeRecord } from '../support/ledger-samples.ts';

const lock: Lock = {
  scope: { kind: 'PRINCIPAL', principalId: 'https://id.example.com/#\u{d800}alice' },
  reason: 'Lost laptop.\nChange 4711.',
  lockedBy: 'arn:aws:sts::111122223333:assumed-role/operator/pat',
  lockedAt: '2026-11-24T12:00:00.000Z',
};
const lockOfAll: Lock = { ...lock, scope: { kind: 'ALL' }, reason: null };

describeOnLedgers('the locks of a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  test('the locks of a ledger are none, of revision 0, before the first write', async () => {
    expect(await ledger.getLocks()).toEqual({ revision: 0, locks: [] });
  });

  test('the locks of a ledger are returned exactly as they were written, and the entry with them', async () => {
    const entry = auditEntry();
    expect(await ledger.putLocks({ revision: 1, locks: [lock, lockOfAll] }, entry)).toBe(true);
    expect(await ledger.getLocks()).toEqual({ revision: 1, locks: [lock, lockOfAll] });
    expect(await ledger.getEntry(entry)).toEqual(entry);
    const lifted = [{ principalId: '\u{d800}', revision: 2, liftedAt: lock.lockedAt }];
    expect(await ledger.putLocks({ revision: 2, locks: [lockOfAll], lifted }, auditEntry())).toBe(true);
    expect(await ledger.getLocks()).toEqual({ revision: 2, locks: [lockOfAll], lifted });
  });

  test('the locks of a ledger are replaced only over the revision before', async () => {
    await ledger.putLocks({ revision: 1, locks: [lock] }, auditEntry());
    expect(await ledger.putLocks({ revision: 2, locks: [lockOfAll] }, auditEntry())).toBe(true);
    for (const revision of [1, 2, 4]) {
      const entry = auditEntry();
      expect(await ledger.putLocks({ revision, locks: [] }, entry)).toBe(false);
      expect(await ledger.getEntry(entry)).toBeNull();
    }
    expect(await ledger.getLocks()).toEqual({ revision: 2, locks: [lockOfAll] });
  });

  test('the locks of a ledger are written once by a write that is sent twice', async () => {
    const entry = auditEntry();
    await ledger.putLocks({ revision: 1, locks: [lock] }, entry);
    expect(await ledger.putLocks({ revision: 1, locks: [lock] }, entry)).toBe(true);
    expect(await ledger.getLocks()).toEqual({ revision: 1, locks: [lock] });
  });

  test('the locks of a ledger are written by exactly one of 10 concurrent writers', async () => {
    const writes = Array.from({ length: 10 }, () => ledger.putLocks({ revision: 1, locks: [lock] }, auditEntry()));
    expect((await Promise.all(writes)).filter((written) => written)).toHaveLength(1);
  });

  test('the locks of a ledger are not found among the expired leases', async () => {
    await ledger.putLocks({ revision: 1, locks: [lock] }, auditEntry());
    const record = openRecord({ leaseUntil: recordTime });
    await storeRecord(ledger, record);
    expect(await ledger.expiredLeases(recordTime, 10)).toEqual([record]);
  });

  test('the locks of a ledger are refused, with their entry, when they take more bytes than a change may read', async () => {
    const locks = [{ ...lock, reason: 'x'.repeat(maxLocksBytes) }];
    const entry = auditEntry();
    await expect(async () => ledger.putLocks({ revision: 1, locks }, entry)).rejects.toThrow(
      /at most 16384 are allowed/,
    );
    expect(await ledger.getLocks()).toEqual({ revision: 0, locks: [] });
    expect(await ledger.getEntry(entry)).toBeNull();
  });

  test.each([2, 0, null])('of the format version %j are neither read nor replaced', async (v) => {
    await ledger.putLocks({ revision: 1, locks: [lock] }, auditEntry());
    await edit.record(locksKey, { v });
    await expect(ledger.getLocks()).rejects.toThrow(UnsupportedFormat);
    await expect(ledger.putLocks({ revision: 2, locks: [] }, auditEntry())).rejects.toThrow(UnsupportedFormat);
    await edit.record(locksKey, { v: 1 });
    expect(await ledger.getLocks()).toEqual({ revision: 1, locks: [lock] });
  });
});
