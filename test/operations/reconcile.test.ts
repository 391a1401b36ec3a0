import { claim } from '../../src/idempotency/claim.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import { openRecord } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, later, leaseOf } from '../support/mutations.ts';

const nothing = { closed: 0, open: 0, superseded: 0, failed: 0 };

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const request = claimOf(admittedCreate(60_000_000));
const claimed = async () => leaseOf(await claim(dependenciesOn(ledger), request)).record;

describe('the reconciler', () => {
  test('leaves operations for which it has no time to the next run', async () => {
    const record = await claimed();
    const deps = later(ledger, 1);
    expect(await reconcile(deps, 'run', deps.clock() + 9_000)).toEqual(nothing);
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('counts an operation without an INTENT as failed', async () => {
    const record = openRecord();
    await ledger.commit({ kind: 'free', now: 0 }, record, []);
    const deps = dependenciesOn(ledger, { clock: () => record.leaseUntil });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('logs the age of the oldest operation that it leaves open, and 0 when there is none', async () => {
    const lines: unknown[] = [];
    const log = (_level: string, message: string, fields: object) => lines.push({ message, ...fields });
    const line = { message: 'Unresolved operations counted.' };
    await reconcile(dependenciesOn(ledger, { log }), 'run', Infinity);
    const { leaseUntil, startedAt } = await claimed();
    await reconcile(dependenciesOn(ledger, { log, clock: () => leaseUntil }), 'run', leaseUntil);
    const oldestUnresolvedSeconds = Math.round((leaseUntil - startedAt) / 1000);
    expect(lines).toEqual([
      { ...line, count: 0, oldestUnresolvedSeconds: 0 },
      { ...line, count: 1, oldestUnresolvedSeconds },
    ]);
  });

  test('does not take over an operation on a cluster that is no longer served', async () => {
    const record = await claimed();
    const eksFor = () => {
      throw new Error('The cluster is not served.');
    };
    expect(await reconcile(later(ledger, 1, { eksFor }), 'run', Infinity)).toEqual({ ...nothing, failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('writes nothing about an operation that was taken over since it was found', async () => {
    const stale = await claimed();
    const { record } = leaseOf(await claim(later(ledger, 1), request));
    const outdated = { ...ledger, expiredLeases: () => Promise.resolve([stale]) };
    const deps = later(outdated, 1, { eksFor: () => eksWith({}) });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, superseded: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER']);
  });
});
