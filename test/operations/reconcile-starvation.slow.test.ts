// Quick test: test/operations/reconcile.test.ts.
import { ulid } from 'ulid';
import type { EksFor, EksError } from '../../src/eks/eks.ts';
import { claim } from '../../src/idempotency/claim.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import { auditEntry, openRecord, request as sampleRequest } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, leaseOf } from '../support/mutations.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const nothing = { closed: 0, open: 0, superseded: 0, failed: 0, parked: 0, waiting: 0, oldestOpenSeconds: 0 };

const denied: EksError = { exception: 'AccessDeniedException', message: 'Denied.', requestId: null };

/** Every read of EKS fails. */
const failing = (onRead: () => void = () => undefined) => {
  const failed = () => {
    onRead();
    return Promise.resolve({ kind: 'failed', error: denied } as const);
  };
  return eksWith({ list: failed, describe: failed });
};

/** EKS shows that there is no association. */
const empty = eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });

let ledger: Ledger;
let now: number;
let logged: { level: string; message: string; fields: object }[];
beforeEach(() => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  now = Date.now();
  logged = [];
});
afterEach(() => ledger.close());

/** Runs the reconciler for as long as its function may run. */
function run(more: Partial<Parameters<typeof reconcile>[0]>) {
  const deps = dependenciesOn(ledger, {
    clock: () => now,
    log: (level, message, fields) => logged.push({ level, message, fields }),
    ...more,
  });
  return reconcile(deps, 'run', now + minuteMs);
}

/**
 * Stores an operation that a request abandoned in a cluster, so long ago that it is no longer in
 * doubt. Each is about an association of its own: an item about an association names all of its
 * open operations, so 1,000 of one would take a minute to store.
 */
async function abandoned(clusterName: string, fields: Partial<IdempotencyRecord> = {}): Promise<IdempotencyRecord> {
  const startedAt = now - 10 * minuteMs;
  const record = openRecord({
    ...{ operationId: ulid(startedAt), startedAt, leaseUntil: startedAt + defaultTimes.leaseMs },
    ...{ inDoubtUntil: startedAt + 7 * minuteMs, ...fields },
  });
  const request = sampleRequest({ clusterName, serviceAccount: record.operationId.toLowerCase() });
  const intent = auditEntry({ operationId: record.operationId, request, target: request });
  await ledger.commit({ kind: 'free', now }, record, [intent]);
  return record;
}

const manyAbandoned = async (clusterName: string) => {
  for (let index = 0; index < 1_000; index += 1) await abandoned(clusterName, { leaseUntil: now - 9 * minuteMs });
};

const stateOf = async ({ idempotencyKey }: IdempotencyRecord) => (await ledger.getRecord(idempotencyKey))?.state;

const eventsOf = async ({ operationId }: IdempotencyRecord) =>
  (await ledger.operationEntries(operationId)).map(({ event }) => event);

describe('one run of the reconciler closes an operation after 1,000 others', () => {
  test('of a cluster that is no longer served', async () => {
    await manyAbandoned('gone');
    const record = await abandoned('served', { leaseUntil: now - minuteMs });
    const result = await run({ eksFor: () => empty, serves: ({ clusterName }) => clusterName === 'served' });
    expect(result).toEqual({ ...nothing, closed: 1, parked: 1_000 });
    expect(await stateOf(record)).toBe('RELEASED');
  });

  test('of a cluster that EKS does not let the gateway read, with few calls to EKS', async () => {
    await manyAbandoned('unreadable');
    const record = await abandoned('served', { leaseUntil: now - minuteMs });
    let reads = 0;
    const eksFor: EksFor = ({ clusterName }) => (clusterName === 'served' ? empty : failing(() => (reads += 1)));
    expect(await run({ eksFor, serves: () => true })).toMatchObject({ closed: 1, open: 1_000 });
    expect(await stateOf(record)).toBe('RELEASED');
    expect(reads).toBeLessThanOrEqual(10);
  });

  test('without an INTENT', async () => {
    for (let index = 0; index < 1_000; index += 1) {
      const leaseUntil = now - 9 * minuteMs;
      await ledger.commit({ kind: 'free', now }, openRecord({ leaseUntil, startedAt: now - 10 * minuteMs }), []);
    }
    const record = await abandoned('served', { leaseUntil: now - minuteMs });
    expect(await run({ eksFor: () => empty, serves: () => true })).toMatchObject({ closed: 1, parked: 1_000 });
    expect(await stateOf(record)).toBe('RELEASED');
  });
});

describe('an operation that EKS does not let the reconciler examine', () => {
  const unreadable = { eksFor: () => failing(), serves: () => true };

  test('an operation that EKS does not let the reconciler examine is examined after waits that double, up to an hour', async () => {
    const record = await abandoned('unreadable');
    const examinedAt: number[] = [];
    const start = now;
    const eksFor = () => failing(() => examinedAt.push(now));
    for (; now < start + 5 * hourMs; now += minuteMs) await run({ ...unreadable, eksFor });
    const waits = examinedAt.slice(1).map((time, index) => Math.round((time - (examinedAt[index] ?? 0)) / minuteMs));
    expect(waits).toEqual([1, 2, 3, 5, 10, 19, 38, 60, 60, 60]);
    expect(await stateOf(record)).toBe('IN_PROGRESS');
  });

  test('gets no entries in the audit trail, and no writes while it waits', async () => {
    const record = await abandoned('unreadable');
    expect(await run(unreadable)).toEqual({ ...nothing, open: 1, oldestOpenSeconds: 600 });
    const stored = await ledger.getRecord(record.idempotencyKey);
    expect(stored).toMatchObject({ fence: 1, deferral: { attempts: 1, parked: null } });
    now += 30_000;
    expect(await run(unreadable)).toEqual({ ...nothing, waiting: 1, oldestOpenSeconds: 630 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(stored);
    expect(await eventsOf(record)).toEqual(['INTENT']);
  });

  test('can be taken over by a request with its token at any time, and is then examined as a new one', async () => {
    const request = { ...claimOf(admittedCreate(60_000)), startedAt: now };
    const deps = dependenciesOn(ledger, { clock: () => now });
    const { record } = leaseOf(await claim(deps, request));
    now += 10 * minuteMs;
    for (let runs = 0; runs < 5; runs += 1) {
      await run(unreadable);
      now += 10 * minuteMs;
    }
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({ deferral: { attempts: 5 } });
    const result = await claim(deps, { ...request, deadline: now + minuteMs });
    expect(result).toMatchObject({ kind: 'taken-over', lease: { record: { fence: 2 } } });
    now += minuteMs;
    await run({ ...unreadable, eksFor: () => empty });
    expect(await stateOf(record)).toBe('RELEASED');
  });

  test('an operation that EKS does not let the reconciler examine is examined as soon as it is no longer in doubt', async () => {
    const inDoubtUntil = now + 65_000;
    const record = await abandoned('readable', { inDoubtUntil });
    await run({ eksFor: () => empty, serves: () => true });
    now += 36_000;
    await run({ eksFor: () => empty, serves: () => true });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({
      deferral: { attempts: 2, nextAt: inDoubtUntil + 1 },
    });
    now = inDoubtUntil + 1;
    expect(await run({ eksFor: () => empty, serves: () => true })).toEqual({ ...nothing, closed: 1 });
  });

  test('an operation that EKS does not let the reconciler examine is left to the next run if another process writes its record first', async () => {
    const record = await abandoned('unreadable');
    const racing: Ledger = {
      ...ledger,
      commit: async (expected, next, entries) => {
        const { operationId, fence } = record;
        await ledger.commit({ kind: 'leased', operationId, fence }, { ...record, fence: 2 }, []);
        return ledger.commit(expected, next, entries);
      },
    };
    expect(await run({ ...unreadable, ledger: racing })).toEqual({ ...nothing, superseded: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual({ ...record, fence: 2 });
  });
});

describe('an operation in a cluster that is not served', () => {
  test('an operation in a cluster that is not served is parked: visible in its record, logged once, and not counted as the oldest open one', async () => {
    const record = await abandoned('gone');
    const runs = [];
    for (let index = 0; index < 180; index += 1) {
      runs.push(await run({ serves: () => false }));
      now += minuteMs;
    }
    expect(runs[0]).toEqual({ ...nothing, parked: 1 });
    expect(runs.at(-1)).toEqual({ ...nothing, parked: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({
      deferral: { parked: 'CLUSTER_NOT_SERVED' },
    });
    const lines = logged.filter(({ message }) => message === 'An operation was parked.');
    expect(lines).toMatchObject([
      { level: 'error', fields: { operationId: record.operationId, parked: 'CLUSTER_NOT_SERVED' } },
    ]);
    expect(await eventsOf(record)).toEqual(['INTENT']);
  });

  test('an operation in a cluster that is not served is closed within an hour after the cluster is served again', async () => {
    const record = await abandoned('gone');
    await run({ serves: () => false });
    now += hourMs;
    expect(await run({ serves: () => true, eksFor: () => empty })).toEqual({ ...nothing, closed: 1 });
    expect(await stateOf(record)).toBe('RELEASED');
  });
});

test('operations for which a run has no time are examined first by the next one', async () => {
  for (const age of [4, 3, 2, 1]) await abandoned('served', { leaseUntil: now - age * minuteMs });
  const deps = dependenciesOn(ledger, { clock: () => now, eksFor: () => empty, serves: () => true });
  expect(await reconcile(deps, 'run', now + 9_000)).toEqual({ ...nothing, waiting: 4, oldestOpenSeconds: 600 });
  expect(await reconcile(deps, 'run', now + minuteMs)).toEqual({ ...nothing, closed: 4 });
});
