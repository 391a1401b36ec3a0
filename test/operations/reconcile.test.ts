import { claim } from '../../src/idempotency/claim.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import { openRecord } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, later, leaseOf } from '../support/mutations.ts';

const nothing = { closed: 0, open: 0, superseded: 0, failed: 0, parked: 0, waiting: 0, oldestOpenSeconds: 0 };

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const request = claimOf(admittedCreate(60_000_000));
const claimed = async () => leaseOf(await claim(dependenciesOn(ledger), request)).record;

describe('the reconciler', () => {
  test('leaves operations for which it has no time to the next run', async () => {
    const record = await claimed();
    const deps = later(ledger, 1);
    expect(await reconcile(deps, 'run', deps.clock() + 9_000)).toMatchObject({ closed: 0, waiting: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('parks an operation without an INTENT', async () => {
    const record = openRecord();
    await ledger.commit({ kind: 'free', now: 0 }, record, []);
    const deps = dependenciesOn(ledger, { clock: () => record.leaseUntil });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, parked: 1 });
    const parked = { fence: record.fence, deferral: { parked: 'INTENT_UNREADABLE' } };
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject(parked);
  });

  test('does not take over an operation on a cluster that is no longer served', async () => {
    const record = await claimed();
    expect(await reconcile(later(ledger, 1, { serves: () => false }), 'run', Infinity)).toEqual({
      ...nothing,
      parked: 1,
    });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({ fence: 1, state: 'IN_PROGRESS' });
  });

  test('counts an operation that throws an error as failed, and waits before it examines it again', async () => {
    const record = await claimed();
    const eksFor = () => {
      throw new Error('A bug.');
    };
    const deps = later(ledger, 1, { eksFor });
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 1, oldestOpenSeconds: 36 });
    expect(await ledger.getRecord(record.idempotencyKey)).toMatchObject({ fence: 1, deferral: { attempts: 1 } });
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 0, waiting: 1 });
  });

  test('counts an operation as failed while the ledger can’t be read, and writes nothing', async () => {
    const record = await claimed();
    const unavailable = () => Promise.reject(new LedgerUnavailable(new Error('down')));
    const deps = later({ ...ledger, operationEntries: unavailable }, 1);
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('closes an operation that a run took over and did not complete, because it was killed', async () => {
    const record = await claimed();
    const killed: Ledger = {
      ...ledger,
      commit: (expected, next, entries) =>
        expected.kind === 'leased'
          ? Promise.reject(new LedgerUnavailable(new Error('killed')))
          : ledger.commit(expected, next, entries),
    };
    const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
    expect(await reconcile(later(killed, 20, { eksFor }), 'run', Infinity)).toMatchObject({ closed: 0, open: 1 });
    expect(await reconcile(later(ledger, 20, { eksFor }), 'run', Infinity)).toEqual(nothing);
    expect(await reconcile(later(ledger, 22, { eksFor }), 'run', Infinity)).toEqual({ ...nothing, closed: 1 });
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER', 'TAKEN_OVER', 'RELEASED']);
  });

  test('logs each operation that it closes, with its result', async () => {
    const { operationId } = await claimed();
    const logged: unknown[] = [];
    const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
    await reconcile(later(ledger, 20, { eksFor, log: (...line) => logged.push(line) }), 'run', Infinity);
    const fields = { operationId, event: 'RELEASED', refusalCode: null, detail: expect.any(String) };
    expect(logged).toEqual([['info', 'Operation completed.', expect.objectContaining(fields)]]);
  });

  test('writes nothing about an operation that was taken over since it was found', async () => {
    const stale = await claimed();
    const { record } = leaseOf(await claim(later(ledger, 1), request));
    const outdated = { ...ledger, expiredLeases: () => Promise.resolve([stale]) };
    const list = () => Promise.resolve({ kind: 'listed', associationIds: [] } as const);
    const deps = later(outdated, 1, { eksFor: () => eksWith({ list }) });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, superseded: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER']);
  });
});
