import type { Expiry, ListedExpiry } from '../../src/ledger/association-expiry.ts';
import { bySetter } from '../../src/operations/expiry/setters.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';

const entry = auditEntry();
const setter = { principalId: entry.principal.id, actorId: entry.actor?.id ?? null, onBehalfOf: entry.onBehalfOf };
const { accountId, region, clusterName, namespace } = association();

/** A due expiry that came so many seconds after the first one; without its setter where none is given. */
function listed(seconds: number, by: Pick<Expiry, 'setter'> = {}): ListedExpiry {
  const expiresAt = new Date(Date.UTC(2026, 10, 24, 12, 0, seconds)).toISOString();
  const nextAt = Date.parse(expiresAt);
  const expiry = { associationId: 'a-1', expiresAt, setBy: `${seconds}`, isWarned: true, nextAt, suspendedFor: null };
  const target = { accountId, region, clusterName, namespace, serviceAccount: `api-${seconds}` };
  return { target, revision: 1, expiry: { ...expiry, ...by }, hasDrift: false };
}

/** A ledger that has the same entry for all operations, and those that were read. */
function ledgerOf() {
  const read: string[] = [];
  const operationEntries = (operationId: string) => {
    read.push(operationId);
    return Promise.resolve([entry]);
  };
  return { read, ledger: { operationEntries } };
}

test('expiries whose setter was looked up are in order among those of their setter', async () => {
  const { ledger } = ledgerOf();
  const [all, ...others] = await bySetter({ ledger }, [listed(1), listed(2, { setter }), listed(3)]);
  expect(others).toEqual([]);
  expect(all?.setter).toEqual(setter);
  expect(all?.expiries.map(({ expiry }) => expiry.setBy)).toEqual(['1', '2', '3']);
});

test('a run looks up at most 500 setters, those of the first expiries', async () => {
  const { ledger, read } = ledgerOf();
  const due = Array.from({ length: 502 }, (_, seconds) => listed(seconds));
  const [all] = await bySetter({ ledger }, due);
  expect(read).toEqual(due.slice(0, 500).map(({ expiry }) => expiry.setBy));
  expect(all?.expiries).toHaveLength(500);
});
