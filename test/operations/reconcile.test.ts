import { begin } from '../../src/idempotency/claim.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { openRecord } from '../support/ledger-samples.ts';
import { callOf, eksThat, heldBy, later, partsOn } from '../support/leases.ts';

const nothing = { closed: 0, open: 0, overtaken: 0, failed: 0 };

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const begun = async () => heldBy(await begin(partsOn(ledger), callOf(60_000_000))).record;

describe('the reconciler', () => {
  test('begins nothing for which it has no time', async () => {
    const record = await begun();
    const deps = later(ledger, 1);
    expect(await reconcile(deps, 'run', deps.clock() + 9_000)).toEqual(nothing);
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('calls it a failure where the trail has no intent', async () => {
    const record = openRecord();
    await ledger.commit({ kind: 'free', now: 0 }, record, []);
    const deps = partsOn(ledger, { clock: () => record.leaseUntil });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('does not take over what is in a cluster that is served no more', async () => {
    const record = await begun();
    const eksFor = () => {
      throw new Error('It is served no more.');
    };
    expect(await reconcile(later(ledger, 1, { eksFor }), 'run', Infinity)).toEqual({ ...nothing, failed: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
  });

  test('writes nothing of what somebody else took over since it was found', async () => {
    const stale = await begun();
    const { record } = heldBy(await begin(later(ledger, 1), callOf(60_000_000)));
    const found = { ...ledger, expiredLeases: () => Promise.resolve([stale]) };
    const deps = later(found, 1, { eksFor: () => eksThat({}) });
    expect(await reconcile(deps, 'run', Infinity)).toEqual({ ...nothing, overtaken: 1 });
    expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    const entries = await ledger.operationEntries(record.operationId);
    expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'TAKEN_OVER']);
  });
});
