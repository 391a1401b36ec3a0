import { auditContextOfReconciler, makeEntry, findIntent, recordEntry } from '../../src/ledger/audit-entry.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { appendAll, association, auditEntry } from '../support/ledger-samples.ts';
import { admittedCreate, dependenciesOn } from '../support/mutations.ts';

const ledger = makeSqliteLedger({ file: ':memory:' });
const deps = dependenciesOn(ledger);
const { audit } = admittedCreate(0);
const details = { operationId: '01J00000000000000000000000', event: 'CHECKED' } as const;

test('a recorded entry is in the trail', async () => {
  const entry = await recordEntry(deps, audit, details);
  expect(entry).toMatchObject({ ...audit, ...details });
  expect(await ledger.getEntry(entry)).toEqual(entry);
});

test('an entry about an existing association names it, even if the event does not', () => {
  const before = association();
  expect(makeEntry(deps, { ...audit, before }, details).associationArn).toBe(before.associationArn);
  expect(makeEntry(deps, audit, details).associationArn).toBeNull();
});

test('the entry with which an operation began is found behind more entries than a page has', async () => {
  const { operationId } = auditEntry();
  const contended = Array.from({ length: 250 }, () => auditEntry({ operationId, event: 'CONTENDED', fence: null }));
  const intent = auditEntry({ operationId });
  await appendAll(ledger, contended);
  expect(await findIntent(ledger, operationId)).toBeNull();
  await ledger.appendEntry(intent);
  expect(await findIntent(ledger, operationId)).toEqual(intent);
  expect(await findIntent(ledger, auditEntry().operationId)).toBeNull();
});

test('the reconciler records what the caller requested, as sent by itself', () => {
  const intent = auditEntry({ reason: 'because', onBehalfOf: 'alice' });
  const { principal, request, target, reason, onBehalfOf } = intent;
  expect(auditContextOfReconciler(intent, 'run-1')).toMatchObject({
    ...{ principal, request, target, reason, onBehalfOf },
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/reconciler',
    apiRequestId: 'run-1',
  });
});

test('an unavailable ledger keeps its cause for the log', () => {
  const cause = new Error('connection refused');
  expect(new LedgerUnavailable(cause).cause).toBe(cause);
});
