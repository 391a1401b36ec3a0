import type { Ledger } from '../../src/ledger/ledger.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';
import { recordTime as now, openRecord, released, storeRecord, succeeded } from '../support/ledger-samples.ts';

const stores = ledgersUnderTest().filter(({ available }) => available);

describe.each(stores)('expired leases in $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ ledger, close } = await open());
  });
  afterEach(async () => {
    await close();
  });

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
