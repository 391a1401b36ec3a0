import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Principal } from '../../src/model/principal.ts';
import { auditTrail } from '../../src/queries/trail/trail.ts';
import { makeTrailReads } from '../../src/queries/terms/trail-reads.ts';
import { readerOf } from '../support/cursors.ts';
import { auditEntryAt } from '../support/ledger-samples.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';
import { bob } from '../support/policy-sample.ts';

const cluster = { clusterName: 'apps-dev' };
const target = { accountId: '111122223333', region: 'eu-central-1', ...cluster, serviceAccount: 'api' };
const payments = { ...target, namespace: 'payments' };
const search = { ...target, namespace: 'search' };
const associationArn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg';
const operationId = '01J00000000000000000000000';
const start = Date.now() - 60_000;

let ledger: Ledger;
/** Queries that reached the ledger. */
let pages: number;

beforeEach(() => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  pages = 0;
});

afterEach(() => ledger.close());

/** Adds entries, the oldest first. */
async function add(...entries: readonly Partial<AuditEntry>[]): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    await ledger.appendEntry(auditEntryAt(start + index, { operationId, associationArn, fence: 1, ...entry }));
  }
}

/** A page as alice, who may read the trail of payments and her own, or as another principal. */
async function read(scope: object, principal: Principal = identity.principal) {
  const counted: Ledger = {
    ...ledger,
    readTrail: (query) => {
      pages += 1;
      return ledger.readTrail(query);
    },
  };
  const deps = dependenciesOn(counted);
  const reader = readerOf(deps, { ...identity, principal });
  const trailReads = makeTrailReads(deps, reader.identity);
  return auditTrail(deps, { ...reader, trailReads }, { scope } as never, Date.now() + 10_000);
}

describe('a page of a scope that says whose it is', () => {
  test.each([
    ['a namespace', { cluster: { ...cluster, namespace: 'payments' } }],
    ['a service account', { cluster: { ...cluster, namespace: 'payments', serviceAccount: 'api' } }],
    ['a cluster', { cluster }],
    ['everything', { gateway: 'ALL_ENTRIES' }],
  ])('of %s is denied without a read to who may not read it', async (_, scope) => {
    await add({ target: payments });
    expect(await read(scope, bob)).toMatchObject({ kind: 'denied' });
    expect(pages).toBe(0);
  });

  test('of a namespace is read by its owner', async () => {
    await add({ target: payments });
    expect(await read({ cluster: { ...cluster, namespace: 'payments' } })).toMatchObject({ kind: 'ok' });
  });
});

describe('a page of a scope whose entries say whose it is', () => {
  const own = { principal: { ...identity.principal, otherGroups: null } };

  test.each([
    ['an operation', { operationId }, own, { target: search }],
    ['an association', { associationArn }, { target: payments }, { target: search }],
  ])('of %s is denied if its newest entry is readable and an older one is not', async (_, scope, newest, older) => {
    await add(older, newest);
    expect(await read(scope)).toMatchObject({ kind: 'denied' });
    expect(pages).toBe(2);
  });

  test('a page of a scope whose entries say whose it is is denied after one entry if the newest is not readable', async () => {
    await add({ target: payments }, { target: search });
    expect(await read({ associationArn })).toMatchObject({ kind: 'denied' });
    expect(pages).toBe(1);
  });

  test('a page of a scope whose entries say whose it is is returned if every entry is readable', async () => {
    await add({ target: payments }, { target: payments });
    expect(await read({ associationArn })).toMatchObject({ kind: 'ok', value: { edges: [{}, {}] } });
  });
});
