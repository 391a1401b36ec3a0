import { setTimeout as sleep } from 'node:timers/promises';
import { claim, takeOver } from '../../src/idempotency/claim.ts';
import { complete } from '../../src/idempotency/complete.ts';
import { notDone } from '../../src/idempotency/conclusion.ts';
import { defer, isDue } from '../../src/idempotency/defer.ts';
import { reclaim } from '../../src/idempotency/reclaim.ts';
import { defaultTimes, defaultTimes as times } from '../../src/idempotency/times.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import type { Lock } from '../../src/model/lock.ts';
import { inconclusive, rejected } from '../../src/operations/terms/conclusions.ts';
import { revisionChanged } from '../../src/operations/terms/conflict-conclusions.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { roleArn } from '../support/gateway.ts';
import { openRecord, storeRecord, succeeded } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, doneByEks, later, leaseOf } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

/** Dependencies whose ledger never answers a commit, though it may apply it. */
const unanswered = () => dependenciesOn(ledger, { ledger: { ...ledger, commit: () => new Promise(() => undefined) } });

test('a claim that the ledger does not answer in time is unavailable', async () => {
  await expect(claim(unanswered(), claimOf(admittedCreate(50)))).rejects.toThrow(LedgerUnavailable);
});

test('a success without an effect is not recorded after the deadline of its request', async () => {
  const request = { ...claimOf(admittedCreate(60_000)), conclusion: doneByEks };
  const late = dependenciesOn(ledger, { clock: () => request.deadline + 1 });
  await expect(claim(late, request)).rejects.toThrow(LedgerUnavailable);
  expect(await ledger.getRecord(request.idempotencyKey)).toBeNull();
  expect(await claim(dependenciesOn(ledger), request)).toMatchObject({ kind: 'concluded' });
});

test('a second claim that the ledger does not answer in time is unavailable', async () => {
  const { record } = leaseOf(await claim(dependenciesOn(ledger), claimOf(admittedCreate(60_000))));
  const request = claimOf(admittedCreate(50));
  await expect(reclaim(unanswered(), request, record)).rejects.toThrow(LedgerUnavailable);
});

test('a holder whose lease was taken over can’t claim the next operation', async () => {
  const request = claimOf(admittedCreate(60_000_000));
  await claim(dependenciesOn(ledger), request);
  const { record } = leaseOf(await claim(later(ledger, 1), request));
  leaseOf(await claim(later(ledger, 2), request));
  expect(await reclaim(later(ledger, 2), request, record)).toEqual({ kind: 'superseded' });
  expect((await ledger.operationEntries(record.operationId)).map(({ event }) => event)).not.toContain('RELEASED');
});

describe('a claim', () => {
  const mutation = admittedCreate(60_000_000);
  const request = claimOf(mutation);
  const lock: Lock = { scope: { kind: 'ALL' }, reason: null, lockedBy: 'pat', lockedAt: '2026-11-26T00:00:00.000Z' };

  test('of an unused token records the operation with its INTENT', async () => {
    const result = await claim(dependenciesOn(ledger), request);
    expect(result.kind).toBe('claimed');
    const { record, entry } = leaseOf(result);
    const { idempotencyKey, fingerprint, operation, startedAt } = request;
    expect(record).toMatchObject({ idempotencyKey, fingerprint, operation, startedAt, fence: 1 });
    expect(entry).toMatchObject({
      operationId: record.operationId,
      event: 'INTENT',
      fence: 1,
      request: mutation.request,
    });
    expect(await ledger.getRecord(idempotencyKey)).toEqual(record);
    expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
  });

  test('writes nothing while changes are locked, whether the token is unused or its record has expired', async () => {
    const lockedClaim = { ...request, lock: Promise.resolve(lock), expectsLock: true };
    expect(await claim(dependenciesOn(ledger), lockedClaim)).toEqual({ kind: 'locked', lock });
    expect(await ledger.getRecord(request.idempotencyKey)).toBeNull();
    const { idempotencyKey, startedAt } = request;
    const expired = succeeded(openRecord({ idempotencyKey }), { retainUntil: startedAt });
    await storeRecord(ledger, expired);
    expect(await claim(dependenciesOn(ledger), lockedClaim)).toEqual({ kind: 'locked', lock });
    expect(await ledger.getRecord(idempotencyKey)).toEqual(expired);
  });

  test('of a released operation writes nothing while changes are locked, although it read the locks at the same time', async () => {
    const first = leaseOf(await claim(dependenciesOn(ledger), request));
    await complete(dependenciesOn(ledger), mutation, first, notDone);
    const released = await ledger.getRecord(request.idempotencyKey);
    expect(await claim(dependenciesOn(ledger), { ...request, lock: Promise.resolve(lock) })).toEqual({
      kind: 'locked',
      lock,
    });
    expect(await ledger.getRecord(request.idempotencyKey)).toEqual(released);
  });

  test('takes no lease over while the locks can’t be read', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    const failing = Promise.reject(new LedgerUnavailable(new Error('down')));
    await expect(claim(later(ledger, 1), { ...request, lock: failing })).rejects.toThrow(LedgerUnavailable);
    expect(await ledger.getRecord(request.idempotencyKey)).toEqual(record);
  });

  test('of a token with a lease is contended, without waiting for the locks', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    let commits = 0;
    const counting: Ledger = {
      ...ledger,
      commit: (...args) => {
        commits += 1;
        return ledger.commit(...args);
      },
    };
    const unread = { ...request, lock: new Promise<never>(() => undefined) };
    expect(await claim(dependenciesOn(counting), unread)).toEqual({ kind: 'contended', record });
    expect(commits).toBe(1);
  });

  test('of a token whose lease ends at this very moment takes it over, with the next fence', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    const result = await claim(dependenciesOn(ledger, { clock: () => record.leaseUntil }), request);
    expect(result.kind).toBe('taken-over');
    const lease = leaseOf(result);
    expect(lease.record).toMatchObject({ operationId: record.operationId, fence: 2 });
    expect(lease.entry).toMatchObject({ operationId: record.operationId, event: 'TAKEN_OVER', fence: 2 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(lease.record);
    expect(await ledger.operationEntries(record.operationId)).toContainEqual(lease.entry);
  });

  test('of a token that belongs to another request is refused, in every state of its record', async () => {
    const other = { ...request, fingerprint: 'other' };
    const lease = leaseOf(await claim(dependenciesOn(ledger), request));
    expect(await claim(dependenciesOn(ledger), other)).toEqual({ kind: 'token-reused', record: lease.record });
    expect(await claim(later(ledger, 1), other)).toMatchObject({ kind: 'token-reused' });
    await complete(dependenciesOn(ledger), mutation, lease, notDone);
    expect(await claim(dependenciesOn(ledger), other)).toMatchObject({ kind: 'token-reused' });
  });

  test('of a finished operation gives its record', async () => {
    const lease = leaseOf(await claim(dependenciesOn(ledger), request));
    await complete(dependenciesOn(ledger), mutation, lease, doneByEks);
    const record = await ledger.getRecord(request.idempotencyKey);
    expect(await claim(dependenciesOn(ledger), request)).toEqual({ kind: 'finished', record });
  });

  test('of a released operation starts the next one, with the next fence and the operation in doubt', async () => {
    const first = leaseOf(await claim(dependenciesOn(ledger), request));
    await complete(dependenciesOn(ledger), mutation, first, notDone);
    const result = await claim(dependenciesOn(ledger), request);
    expect(result.kind).toBe('claimed');
    const { record, entry } = leaseOf(result);
    expect(record.operationId).not.toBe(first.record.operationId);
    expect(record).toMatchObject({ fence: 2, inDoubtOperationIds: [first.record.operationId] });
    expect(entry).toMatchObject({ operationId: record.operationId, event: 'INTENT', fence: 2 });
    expect(await ledger.getRecord(request.idempotencyKey)).toEqual(record);
  });

  test('waits for the ledger until its deadline by the given clock', async () => {
    const slow: Ledger = { ...ledger, commit: (...args) => sleep(100).then(() => ledger.commit(...args)) };
    const ahead = dependenciesOn(slow, { clock: () => request.deadline - 20 });
    await expect(claim(ahead, request)).rejects.toThrow(LedgerUnavailable);
    const inTime = dependenciesOn(slow, { clock: () => request.deadline - 5_000 });
    expect(['claimed', 'contended', 'taken-over']).toContain((await claim(inTime, request)).kind);
  });

  test('gives up as contended when the record changes again and again', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    let rounds = 0;
    const changing: Ledger = {
      ...ledger,
      commit: async () => {
        rounds += 1;
        return { kind: 'conflict', record: { ...record, leaseUntil: 0, fence: rounds } };
      },
    };
    expect(await claim(dependenciesOn(changing), request)).toMatchObject({ kind: 'contended', record: { fence: 4 } });
    expect(rounds).toBe(4);
  });

  test('gives up as contended also when the state of the service account changes in the last round', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    let rounds = 0;
    const changing: Ledger = {
      ...ledger,
      commit: async () => {
        rounds += 1;
        if (rounds > 20) throw new Error('The claim does not end.');
        if (rounds === 4) return { kind: 'state-mismatch', publicRevision: 1, isBusy: false };
        return { kind: 'conflict', record: { ...record, leaseUntil: 0, fence: rounds } };
      },
    };
    const target = { ...mutation.target };
    const expecting = { ...request, refusalOfMismatch: () => revisionChanged(target, 0, 1) };
    expect(await claim(dependenciesOn(changing), expecting)).toMatchObject({ kind: 'contended' });
    expect(rounds).toBe(5);
  });

  test('a claim is unavailable when the record vanishes meanwhile', async () => {
    const vanishing: Ledger = { ...ledger, commit: async () => ({ kind: 'conflict', record: null }) };
    await expect(claim(dependenciesOn(vanishing), request)).rejects.toThrow(LedgerUnavailable);
  });
});

describe('taking over', () => {
  const request = claimOf(admittedCreate(60_000_000));

  test('an expired lease writes the record and its entry', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    const lease = await takeOver(later(ledger, 1), record, request.audit, 'Taken over.');
    expect(lease?.record).toMatchObject({ operationId: record.operationId, fence: 2 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(lease?.record);
    expect(await ledger.operationEntries(record.operationId)).toContainEqual(lease?.entry);
    expect(lease?.entry).toMatchObject({ event: 'TAKEN_OVER', message: 'Taken over.', fence: 2 });
  });

  test('a lease that has not expired gives nothing', async () => {
    const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
    expect(await takeOver(dependenciesOn(ledger), record, request.audit, 'Taken over.')).toBeNull();
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });
});

test('the next operation is claimed together with the entry that closes the last one', async () => {
  const request = claimOf(admittedCreate(60_000_000));
  const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
  const deps = dependenciesOn(ledger);
  const next = leaseOf(await reclaim(deps, request, record));
  expect(next.record).toMatchObject({ fence: 2, inDoubtOperationIds: [record.operationId] });
  expect(next.entry).toMatchObject({ operationId: next.record.operationId, event: 'INTENT', fence: 2 });
  expect(await ledger.getRecord(record.idempotencyKey)).toEqual(next.record);
  expect(await ledger.operationEntries(record.operationId)).toContainEqual(
    expect.objectContaining({ event: 'RELEASED', fence: 1, message: notDone.message }),
  );
  expect(await ledger.operationEntries(next.record.operationId)).toEqual([next.entry]);
});

test('claiming the next operation waits for the ledger until the deadline by the given clock', async () => {
  const request = claimOf(admittedCreate(60_000_000));
  const { record } = leaseOf(await claim(dependenciesOn(ledger), request));
  const slow: Ledger = { ...ledger, commit: (...args) => sleep(100).then(() => ledger.commit(...args)) };
  const late = dependenciesOn(slow, { clock: () => request.deadline - 20 });
  await expect(reclaim(late, request, record)).rejects.toThrow(LedgerUnavailable);
  const other = claimOf(admittedCreate(60_000_000, { clientRequestToken: 'other' }));
  const { record: otherRecord } = leaseOf(await claim(dependenciesOn(ledger), other));
  expect(await reclaim(dependenciesOn(slow), other, otherRecord)).not.toBeNull();
});

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
