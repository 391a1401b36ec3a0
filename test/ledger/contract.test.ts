import { ulid } from 'ulid';
import type { CursorKeys } from '../../src/ledger/cursor-keys.ts';
import { UnsupportedFormat } from '../../src/ledger/format.ts';
import type { Expectation, IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import { cursorKeysKey } from '../../src/ledger/stored/keys.ts';
import { locksKey, maxLocksBytes } from '../../src/ledger/stored/locks.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { Lock } from '../../src/model/lock.ts';
import { openLedgerForAllTests, openLedgerForEachTest } from '../support/each-test.ts';
import {
  association,
  auditEntry,
  openRecord,
  recordTime,
  recordTime as now,
  released,
  storedRecord,
  storeRecord,
  succeeded,
} from '../support/ledger-samples.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';

describeOnEachLedger('a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  openLedgerForAllTests((opened) => ({ ledger } = opened), open);

  describe('commits only if the stored record meets the expectation', () => {
    const leased = openRecord();
    const { operationId, fence, leaseUntil } = leased;
    const otherOperation = { operationId: openRecord().operationId };

    const cases: { expected: Expectation; met: (IdempotencyRecord | null)[]; notMet: (IdempotencyRecord | null)[] }[] =
      [
        {
          expected: { kind: 'free', now },
          met: [null, succeeded(leased, { retainUntil: now }), released(leased, { retainUntil: now - 1 })],
          notMet: [leased, succeeded(leased, { retainUntil: now + 1 }), { ...leased, retainUntil: now - 1 }],
        },
        {
          expected: { kind: 'released', operationId, fence },
          met: [released(leased), released(leased, { retainUntil: now })],
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
        if (stored !== null) await storeRecord(ledger, stored);
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
      if (record.retainUntil !== null) words.push(`that expires at ${record.retainUntil - now}`);
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
    await storeRecord(ledger, record);
    expect(await storedRecord(ledger, record.idempotencyKey)).toEqual(record);
  });

  test('returns a record by its key, also an expired one, and null for an unknown key', async () => {
    const records = [openRecord(), succeeded(openRecord()), released(openRecord(), { retainUntil: now - 1 })];
    for (const record of records) await storeRecord(ledger, record);
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

  test('rejects a key that the search for expired leases would miss', async () => {
    const committing = ledger.commit({ kind: 'free', now }, openRecord({ idempotencyKey: 'token-1' }), []);
    await expect(committing).rejects.toThrow('must be a SHA-256');
  });
});

describeOnEachLedger('claims of created associations in $name', ({ open }) => {
  let ledger: Ledger;
  openLedgerForAllTests((opened) => ({ ledger } = opened), open);

  /** Commits an INTENT on an association with this ownership tag, and gives the operation's id. */
  const claim = async (createdBy: string | null) => {
    const operationId = ulid();
    const tags = createdBy === null ? [] : [{ key: operationTagKey, value: createdBy }];
    const before = association({ tags });
    const record = openRecord({ operationId, idempotencyKey: operationId.padEnd(64, '0').toLowerCase() });
    const intent = auditEntry({ operationId, event: 'INTENT', before });
    const commit = () => ledger.commit({ kind: 'free', now }, record, [intent]);
    return { operationId, result: await commit(), commit };
  };

  test('an operation is found by the operation that created the association', async () => {
    const createdBy = ulid();
    expect(await ledger.findClaimOfCreated(createdBy)).toBeNull();
    const { operationId } = await claim(createdBy);
    expect(await ledger.findClaimOfCreated(createdBy)).toBe(operationId);
  });

  test('a second operation on the association, and a repeated commit, change nothing of that', async () => {
    const createdBy = ulid();
    const first = await claim(createdBy);
    const second = await claim(createdBy);
    expect(await second.commit()).toEqual({ kind: 'committed' });
    expect([first.operationId, second.operationId]).toContain(await ledger.findClaimOfCreated(createdBy));
  });

  test('claims of created associations are not entries of the operation that created the association', async () => {
    const created = auditEntry({ operationId: ulid() });
    await ledger.appendEntry(created);
    await claim(created.operationId);
    expect(await ledger.operationEntries(created.operationId)).toEqual([created]);
  });

  test.each([null, '', 'not-a-ulid', `${'A'.repeat(25)}!`])('the tag %j of others is not a claim', async (tag) => {
    const { operationId, result } = await claim(tag);
    expect(result).toEqual({ kind: 'committed' });
    if (tag) expect(await ledger.findClaimOfCreated(tag)).toBeNull();
    expect(await ledger.operationEntries(operationId)).toHaveLength(1);
  });

  test('only an INTENT claims: the closing entry of an operation does not', async () => {
    const createdBy = ulid();
    const before = association({ tags: [{ key: operationTagKey, value: createdBy }] });
    const record = openRecord({ operationId: ulid(), idempotencyKey: ulid().padEnd(64, '0').toLowerCase() });
    const refused = auditEntry({ operationId: record.operationId, event: 'REFUSED', before });
    await ledger.commit({ kind: 'free', now }, record, [refused]);
    expect(await ledger.findClaimOfCreated(createdBy)).toBeNull();
  });
});

describeOnEachLedger('expired leases in $name', ({ open }) => {
  let ledger: Ledger;
  openLedgerForEachTest((opened) => ({ ledger } = opened), open);

  test('expired leases are returned from the end of the lease on, the earliest first', async () => {
    const records = [now + 1, now, now - 30_000, now - 10, now - 20].map((leaseUntil) => openRecord({ leaseUntil }));
    for (const record of records) await storeRecord(ledger, record);
    const [, fourth, first, third, second] = records;
    expect(await ledger.expiredLeases(now, 10)).toEqual([first, second, third, fourth]);
    expect(await ledger.expiredLeases(now, 2)).toEqual([first, second]);
    expect(await ledger.expiredLeases(now - 30_001, 10)).toEqual([]);
  });

  test('expired leases are found in every shard, and limited within one shard', async () => {
    const records = Array.from('0123456789abcdefaaaa').map((digit, index) =>
      openRecord({ idempotencyKey: digit + openRecord().idempotencyKey.slice(1), leaseUntil: now - index }),
    );
    for (const record of records) await storeRecord(ledger, record);
    expect(await ledger.expiredLeases(now, 100)).toEqual(records.toReversed());
    expect(await ledger.expiredLeases(now, 3)).toEqual(records.toReversed().slice(0, 3));
  });

  test('belong only to records in progress', async () => {
    const expired = { leaseUntil: now - 1 };
    const record = openRecord(expired);
    const { operationId, fence } = record;
    await storeRecord(ledger, record);
    for (const next of [succeeded(openRecord(expired)), released(openRecord(expired))]) await storeRecord(ledger, next);
    expect(await ledger.expiredLeases(now, 10)).toEqual([record]);
    await ledger.commit({ kind: 'leased', operationId, fence }, released(record), []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([]);
    const retried = { ...record, fence: 2, startedAt: now + 1 };
    await ledger.commit({ kind: 'released', operationId, fence }, retried, []);
    expect(await ledger.expiredLeases(now, 10)).toEqual([retried]);
  });

  test('keep what the reconciler noted, and move behind those that it examined earlier', async () => {
    const records = [openRecord({ leaseUntil: now - 30 }), openRecord({ leaseUntil: now - 20 })] as const;
    for (const record of records) await storeRecord(ledger, record);
    const [record, other] = records;
    const { operationId, fence } = record;
    const deferral = {
      attempts: 3,
      nextAt: now + 60_000,
      parked: 'CLUSTER_NOT_SERVED',
      message: 'Not served.',
    } as const;
    const deferred = { ...record, leaseUntil: now, deferral };
    const expected = { kind: 'lease-expired', operationId, fence, now } as const;
    expect(await ledger.commit(expected, deferred, [])).toEqual({ kind: 'committed' });
    expect(await ledger.expiredLeases(now, 10)).toEqual([other, deferred]);
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(deferred);
    expect(await ledger.commit(expected, { ...record, fence: 2 }, [])).toEqual({ kind: 'committed' });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual({ ...record, fence: 2 });
  });

  test('expired leases are not deferred once another process has taken them over', async () => {
    const record = openRecord({ leaseUntil: now - 1 });
    const { operationId, fence } = record;
    const taken = { ...record, fence: 2, leaseUntil: now + 30_000 };
    await storeRecord(ledger, taken);
    const expected = { kind: 'lease-expired', operationId, fence, now } as const;
    expect(await ledger.commit(expected, { ...record, leaseUntil: now }, [])).toEqual({
      kind: 'conflict',
      record: taken,
    });
  });
});

const lock: Lock = {
  scope: { kind: 'PRINCIPAL', principalId: 'https://id.example.com/#\u{d800}alice' },
  reason: 'Lost laptop.\nChange 4711.',
  lockedBy: 'arn:aws:sts::111122223333:assumed-role/operator/pat',
  lockedAt: '2026-11-24T12:00:00.000Z',
};
const lockOfAll: Lock = { ...lock, scope: { kind: 'ALL' }, reason: null };

describeOnEachLedger('the locks of a ledger in $name', ({ open }) => {
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

const first: CursorKeys = { current: { secret: 'b25l', madeAt: 1 }, former: null };
const second: CursorKeys = { current: { secret: 'dHdv', madeAt: 2 }, former: first.current };

describeOnEachLedger('the cursor keys of a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  test('are none before the first write, and then exactly what was written', async () => {
    expect(await ledger.getCursorKeys()).toBeNull();
    expect(await ledger.putCursorKeys(null, first)).toBe(true);
    expect(await ledger.getCursorKeys()).toEqual(first);
    expect(await ledger.putCursorKeys(first, second)).toBe(true);
    expect(await ledger.getCursorKeys()).toEqual(second);
  });

  test('are replaced only over the current key that was read', async () => {
    expect(await ledger.putCursorKeys(first, second)).toBe(false);
    expect(await ledger.getCursorKeys()).toBeNull();
    await ledger.putCursorKeys(null, first);
    expect(await ledger.putCursorKeys(null, second)).toBe(false);
    expect(await ledger.putCursorKeys(second, second)).toBe(false);
    expect(await ledger.getCursorKeys()).toEqual(first);
  });

  test('are made by exactly one of 10 concurrent writers', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => ({ ...first, current: { secret: `${index}`, madeAt: 1 } }));
    const written = await Promise.all(keys.map((one) => ledger.putCursorKeys(null, one)));
    expect(written.filter((one) => one)).toHaveLength(1);
    expect(await ledger.getCursorKeys()).toEqual(keys[written.indexOf(true)]);
  });

  test('of another format version are neither read nor replaced', async () => {
    await ledger.putCursorKeys(null, first);
    await edit.record(cursorKeysKey, { v: 2 });
    await expect(ledger.getCursorKeys()).rejects.toThrow(UnsupportedFormat);
    expect(await ledger.putCursorKeys(first, second)).toBe(false);
    await edit.record(cursorKeysKey, { v: 1 });
    expect(await ledger.getCursorKeys()).toEqual(first);
  });

  test('are not found among the expired leases', async () => {
    await ledger.putCursorKeys(null, first);
    expect(await ledger.expiredLeases(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });
});
