import { claim } from '../../src/idempotency/claim.ts';
import { defer, isDue } from '../../src/idempotency/defer.ts';
import { defaultTimes as times } from '../../src/idempotency/times.ts';
import type { IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { admittedCreate, claimOf, dependenciesOn, leaseOf } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const unreadable = { parked: null, message: 'EKS could not be read.' };
const hourMs = 3_600_000;

/** An operation whose lease has expired. */
async function abandoned(): Promise<IdempotencyRecord> {
  return leaseOf(await claim(dependenciesOn(ledger), claimOf(admittedCreate(60_000)))).record;
}

const deferredAt = (now: number, record: IdempotencyRecord, reason: Parameters<typeof defer>[2] = unreadable) =>
  defer({ ledger, clock: () => now, times }, record, reason).then((deferred) => {
    if (deferred?.deferral === undefined) throw new Error('The operation was not deferred.');
    return { ...deferred, deferral: deferred.deferral };
  });

test('the waits of an operation double from the length of a lease up to an hour', async () => {
  let record = await abandoned();
  let now = record.inDoubtUntil + 1;
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    const deferred = await deferredAt(now, record);
    expect(deferred.deferral).toMatchObject({ attempts: attempt, ...unreadable });
    waits.push(deferred.deferral.nextAt - now);
    now = deferred.deferral.nextAt;
    record = deferred;
  }
  const doubled = waits.map((_, index) => times.leaseMs * 2 ** index);
  expect(waits).toEqual(doubled.map((wait) => Math.min(wait, hourMs)));
  expect(waits.at(-1)).toBe(hourMs);
});

test('an operation in doubt is examined as soon as it no longer is', async () => {
  const record = await abandoned();
  const now = record.inDoubtUntil - times.leaseMs / 2;
  expect((await deferredAt(now, record)).deferral.nextAt).toBe(record.inDoubtUntil + 1);
});

test('an operation in doubt waits no longer than others', async () => {
  const record = await abandoned();
  const now = record.inDoubtUntil - 2 * times.leaseMs;
  expect((await deferredAt(now, record)).deferral.nextAt).toBe(now + times.leaseMs);
});

test('a parked operation is examined each hour, also while it is in doubt', async () => {
  const record = await abandoned();
  const now = record.inDoubtUntil - 1;
  const parked = { parked: 'CLUSTER_NOT_SERVED', message: 'The cluster is not served.' } as const;
  expect((await deferredAt(now, record, parked)).deferral).toEqual({ attempts: 1, nextAt: now + hourMs, ...parked });
});

test('an operation is due from the time of its next attempt on', async () => {
  const record = await abandoned();
  expect(isDue(record, 0)).toBe(true);
  const deferred = await deferredAt(record.inDoubtUntil + 1, record);
  const { nextAt } = deferred.deferral;
  expect([nextAt - 1, nextAt, nextAt + 1].map((now) => isDue(deferred, now))).toEqual([false, true, true]);
});

test('an operation that another process wrote meanwhile is not deferred', async () => {
  const record = await abandoned();
  await deferredAt(record.inDoubtUntil + 1, record);
  const other = { ...record, fence: record.fence + 1 };
  expect(await defer({ ledger, clock: () => record.inDoubtUntil + 2, times }, other, unreadable)).toBeNull();
});
