import { claim, reclaim } from '../../src/idempotency/claim.ts';
import { closingEntry } from '../../src/idempotency/complete.ts';
import { notDone } from '../../src/idempotency/conclusion.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { admittedCreate, claimOf, dependenciesOn, later, leaseOf } from '../support/mutations.ts';

let ledger: Ledger;
beforeEach(() => (ledger = createSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

/** Dependencies whose ledger never answers a commit, though it may apply it. */
const unanswered = () => dependenciesOn(ledger, { ledger: { ...ledger, commit: () => new Promise(() => undefined) } });

test('a claim that the ledger does not answer in time is unavailable', async () => {
  await expect(claim(unanswered(), claimOf(admittedCreate(50)))).rejects.toThrow(LedgerUnavailable);
});

test('a second claim that the ledger does not answer in time is unavailable', async () => {
  const { record } = leaseOf(await claim(dependenciesOn(ledger), claimOf(admittedCreate(1_000))));
  const request = claimOf(admittedCreate(50));
  const closing = closingEntry(dependenciesOn(ledger), request.audit, record, notDone);
  await expect(reclaim(unanswered(), request, record, closing)).rejects.toThrow(LedgerUnavailable);
});

test('a holder whose lease was taken over can’t claim the next operation', async () => {
  const request = claimOf(admittedCreate(60_000_000));
  await claim(dependenciesOn(ledger), request);
  const { record } = leaseOf(await claim(later(ledger, 1), request));
  leaseOf(await claim(later(ledger, 2), request));
  const closing = closingEntry(later(ledger, 2), request.audit, record, notDone);
  expect(await reclaim(later(ledger, 2), request, record, closing)).toBeNull();
  expect((await ledger.operationEntries(record.operationId)).map(({ event }) => event)).not.toContain('RELEASED');
});
