import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { claim } from '../../src/idempotency/claim.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, later, leaseOf } from '../support/mutations.ts';

test('a run has one line in the log, with its result and what it did', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  leaseOf(await claim(dependenciesOn(ledger), claimOf(admittedCreate(60_000_000))));
  const logged: unknown[][] = [];
  const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
  const deps = later(ledger, 20, { eksFor, log: (...line) => logged.push(line) });
  const result = await makeReconcileHandler(() => Promise.resolve(deps), ledger)(
    {},
    { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 },
  );
  ledger.close();
  expect(result).toMatchObject({ closed: 1, open: 0 });
  const { policySetHash, inventoryHash } = deps.about;
  const fields = { ...result, durationMs: expect.any(Number), policySetHash, inventoryHash, takeOvers: 1 };
  expect(logged.filter(([, message]) => message === 'Operations reconciled.')).toEqual([
    ['info', 'Operations reconciled.', fields],
  ]);
});

test('the line has the number of the policy version that the run followed', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const logged: unknown[][] = [];
  const deps = dependenciesOn(ledger, { log: (...line) => logged.push(line) });
  const policyVersion = { number: 7, publishedAt: '2026-11-26T08:00:00.000Z' };
  const followed = { ...deps, about: { ...deps.about, policyVersion } };
  await makeReconcileHandler(() => Promise.resolve(followed), ledger)(
    {},
    { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 },
  );
  ledger.close();
  expect(logged).toEqual([
    ['info', 'Operations reconciled.', expect.objectContaining({ closed: 0, policyVersion: 7 })],
  ]);
});
