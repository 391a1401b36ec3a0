import { setTimeout as sleep } from 'node:timers/promises';
import { claim } from '../../src/idempotency/claim.ts';
import { complete } from '../../src/idempotency/complete.ts';
import { notDone } from '../../src/idempotency/conclusion.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { rejected } from '../../src/operations/conclusions.ts';
import { roleArn } from '../support/gateway.ts';
import { admittedCreate, claimOf, dependenciesOn, doneByEks, later, leaseOf } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
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
