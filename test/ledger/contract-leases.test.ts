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

  test('are returned from the end of the lease on, the earliest first', async () => {
    const records = [now + 1, now, now - 30_000, now - 10, now - 20].map((leaseUntil) => openRecord({ leaseUntil }));
    for (const record of records) await storeRecord(ledger, record);
    const [, fourth, first, third, second] = records;
    expect(await ledger.expiredLeases(now, 10)).toEqual([first, second, third, fourth]);
    expect(await ledger.expiredLeases(now, 2)).toEqual([first, second]);
    expect(await ledger.expiredLeases(now - 30_001, 10)).toEqual([]);
  });

  test('are found in every shard, and limited within one shard', async () => {
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
});
