import { setTimeout as sleep } from 'node:timers/promises';
import { claim } from '../../src/idempotency/claim.ts';
import { complete } from '../../src/idempotency/complete.ts';
import { notDone } from '../../src/idempotency/conclusion.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { inconclusive, rejected } from '../../src/operations/terms/conclusions.ts';
import { roleArn } from '../support/gateway.ts';
import { admittedCreate, claimOf, dependenciesOn, doneByEks, later, leaseOf } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const mutation = admittedCreate(60_000_000);
const { audit, deadline } = mutation;
const request = { audit, deadline };

test('a conclusion that the ledger does not answer in time leaves the outcome unknown', async () => {
  const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
  const deps = dependenciesOn(ledger, { ledger: { ...ledger, commit: () => new Promise(() => undefined) } });
  const completion = await complete(deps, { audit, deadline: Date.now() + 50 }, lease, doneByEks);
  expect(completion).toMatchObject({ kind: 'unknown', entry: { event: 'INTENT' } });
});

describe('a superseded lease holder', () => {
  test('does not return the result of a different request that has the token by now', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const taken = leaseOf(await claim(later(ledger, 1), claimOf(mutation)));
    await complete(later(ledger, 1), request, taken, notDone);
    // The record expires in the end, and its token can be used for something else.
    const afterwards = dependenciesOn(ledger, { clock: () => Date.now() + 2 * defaultTimes.retentionMs });
    const startedAt = afterwards.clock();
    const changed = { ...mutation.request, roleArn: roleArn('payments/payments-worker') };
    const other = admittedCreate(0, { startedAt, deadline: startedAt + 60_000, request: changed });
    const others = leaseOf(await claim(afterwards, claimOf(other)));
    await complete(afterwards, other, others, doneByEks);
    const completion = await complete(afterwards, { audit, deadline: other.deadline }, lease, notDone);
    expect(completion).toMatchObject({ kind: 'unknown', entry: { operationId: lease.record.operationId } });
  });

  test('returns no result before there is one, and records no late success that EKS did not confirm', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    leaseOf(await claim(later(ledger, 1), claimOf(mutation)));
    const completion = await complete(later(ledger, 1), request, lease, notDone);
    expect(completion).toMatchObject({ kind: 'unknown', entry: { event: 'INTENT' } });
    const events = (await ledger.operationEntries(lease.record.operationId)).map(({ event }) => event);
    expect(events).toEqual(['INTENT', 'TAKEN_OVER']);
  });

  test('records what EKS confirmed to it as LATE_SUCCESS, even after its deadline', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    leaseOf(await claim(later(ledger, 1), claimOf(mutation)));
    const slow: Ledger = { ...ledger, appendEntry: (entry) => sleep(100).then(() => ledger.appendEntry(entry)) };
    const deps = { ...later(ledger, 1), ledger: slow };
    const { entry } = await complete(deps, { audit, deadline: Date.now() }, lease, doneByEks);
    expect(entry).toMatchObject({ event: 'LATE_SUCCESS', fence: 1 });
    expect(await ledger.getEntry(entry)).toEqual(entry);
  });
});

describe('a released record', () => {
  const throttled = rejected('THROTTLED', { exception: 'ThrottlingException', message: 'Later.', requestId: null });

  test.each([
    ['keeps an operation without a visible effect as in doubt', notDone, 1],
    ['does not keep an operation that EKS rejected', throttled, 0],
  ])('%s', async (_, conclusion, inDoubt) => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    await complete(dependenciesOn(ledger), request, lease, conclusion);
    const record = await ledger.getRecord(lease.record.idempotencyKey);
    expect(record).toMatchObject({ state: 'RELEASED' });
    expect(record?.inDoubtOperationIds).toEqual([lease.record.operationId].slice(0, inDoubt));
  });
});

describe('a recorded conclusion', () => {
  test('a recorded conclusion is in the record and in the entry, in one write', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const completion = await complete(dependenciesOn(ledger), request, lease, doneByEks);
    expect(completion.kind).toBe('recorded');
    const { association, associationArn } = doneByEks;
    expect(completion.record).toMatchObject({ state: 'SUCCEEDED', fence: 1, result: { association, refusal: null } });
    expect(completion.entry).toMatchObject({ event: 'SUCCEEDED', fence: 1, associationArn });
    expect(await ledger.getRecord(lease.record.idempotencyKey)).toEqual(completion.record);
    expect(await ledger.operationEntries(lease.record.operationId)).toContainEqual(completion.entry);
  });

  test('of an unknown outcome ends the lease and keeps the operation in progress', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const now = Date.now() + 1_000;
    const deps = dependenciesOn(ledger, { clock: () => now });
    await complete(deps, request, lease, inconclusive('It is not known.'));
    const record = await ledger.getRecord(lease.record.idempotencyKey);
    expect(record).toEqual({ ...lease.record, leaseUntil: now });
  });

  test('waits for the ledger until the deadline by the given clock, and logs that it is not recorded', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const slow: Ledger = { ...ledger, commit: (...args) => sleep(100).then(() => ledger.commit(...args)) };
    const logged: unknown[] = [];
    const deps = dependenciesOn(slow, { clock: () => deadline - 20, log: (...line) => logged.push(line) });
    expect(await complete(deps, request, lease, doneByEks)).toMatchObject({ kind: 'unknown' });
    const other = admittedCreate(60_000_000, { clientRequestToken: 'other' });
    const otherLease = leaseOf(await claim(dependenciesOn(ledger), claimOf(other)));
    const inTime = await complete(dependenciesOn(slow), other, otherLease, doneByEks);
    expect(inTime.kind).toBe('recorded');
    const { operationId } = lease.record;
    expect(logged).toMatchObject([['error', expect.any(String), { operationId, error: expect.any(String) }]]);
  });
});

describe('a superseded lease holder, once there is a result', () => {
  test('returns the result that the later lease holder recorded', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const taken = leaseOf(await claim(later(ledger, 1), claimOf(mutation)));
    const recorded = await complete(later(ledger, 1), request, taken, doneByEks);
    const completion = await complete(later(ledger, 1), request, lease, notDone);
    expect(completion).toMatchObject({ kind: 'superseded', record: recorded.record, entry: { event: 'INTENT' } });
  });

  test('knows nothing if the record is gone', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const gone: Ledger = { ...ledger, commit: async () => ({ kind: 'conflict', record: null }) };
    const logged: unknown[] = [];
    const deps = dependenciesOn(gone, { log: (...line) => logged.push(line) });
    const completion = await complete(deps, request, lease, notDone);
    expect(completion).toMatchObject({ kind: 'unknown', record: lease.record });
    expect(logged).toEqual([]);
  });
});
