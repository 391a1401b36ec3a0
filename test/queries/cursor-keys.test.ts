import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Principal } from '../../src/model/principal.ts';
import { cursorKeyMs, formerKeyMs } from '../../src/queries/terms/cursor-keys.ts';
import { makeCursors } from '../../src/queries/terms/cursors.ts';
import { makeTrailReads } from '../../src/queries/terms/trail-reads.ts';
import { auditTrail } from '../../src/queries/trail/trail.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { readerOf } from '../support/cursors.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { auditEntryAt } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';
import { bob } from '../support/policy-sample.ts';
import { makeClock } from '../support/test-clock.ts';
import type { TestClock } from '../support/test-clock.ts';

type CursorPrincipal = Parameters<typeof makeCursors>[1];

const alice: CursorPrincipal = { kind: 'USER', id: 'alice' };

describeOnLedger('the keys of cursors in $name', ({ open }) => {
  let ledger: Ledger;
  let clock: TestClock;
  let reads: number;
  openLedgerForEachTest((opened) => ({ ledger } = opened), open);

  beforeEach(() => {
    clock = makeClock();
    reads = 0;
  });

  /** The cursors of a process, whose clock is ahead of the others. */
  function openProcess({ aheadMs = 0, canRead = (): boolean => true } = {}) {
    const getCursorKeys: Ledger['getCursorKeys'] = () => {
      reads += 1;
      return canRead() ? ledger.getCursorKeys() : Promise.reject(new LedgerUnavailable(new Error('down')));
    };
    const process = { ledger: { ...ledger, getCursorKeys }, clock: () => clock.now() + aheadMs, cursorKeyMemory: {} };
    const cursors = (of: CursorPrincipal) => makeCursors(process, of, process.clock() + 10_000);
    return {
      seal: (position: unknown) => cursors(alice).seal('query', position),
      open: (cursor: string, of: CursorPrincipal = alice) => cursors(of).open('query', cursor),
    };
  }

  test('are made once by processes that start together, and read once by each', async () => {
    const processes = Array.from({ length: 5 }, () => openProcess());
    const sealed = await Promise.all(processes.flatMap(({ seal }) => [seal('place'), seal('place')]));
    expect(new Set(sealed).size).toBe(1);
    reads = 0;
    for (const { open: read } of processes) {
      expect(await read(sealed[0] ?? '')).toEqual({ kind: 'position', position: 'place' });
    }
    expect(reads).toBe(0);
    await openProcess().seal('place');
    expect(reads).toBe(1);
  });

  test('are replaced after 30 days, and the former one opens cursors for a day more', async () => {
    const { seal, open: read } = openProcess();
    clock.skip(1_000);
    const before = await seal('place');
    clock.skip(cursorKeyMs - 1_000);
    expect(await seal('place')).toBe(before);
    clock.skip(1_000);
    reads = 0;
    const [after, ...others] = await Promise.all([seal('place'), seal('place'), seal('place')]);
    expect(others).toEqual([after, after]);
    expect(reads).toBe(1);
    expect(after).not.toBe(before);
    expect(await ledger.getCursorKeys()).toMatchObject({ former: expect.anything() });
    const other = openProcess();
    clock.skip(formerKeyMs - 1_000);
    for (const opening of [read, other.open]) {
      for (const cursor of [before, after]) expect(await opening(cursor)).toMatchObject({ position: 'place' });
    }
    clock.skip(1_000);
    for (const opening of [read, other.open]) {
      expect(await opening(before)).toMatchObject({ kind: 'invalid' });
      expect(await opening(after)).toMatchObject({ position: 'place' });
    }
  });

  test('that another process made open its cursors here', async () => {
    const slow = openProcess();
    const before = await slow.seal('place');
    clock.skip(cursorKeyMs - 1_000);
    const ahead = openProcess({ aheadMs: 2_000 });
    const after = await ahead.seal('place');
    expect(await slow.open(after)).toMatchObject({ position: 'place' });
    expect(await ahead.open(before)).toMatchObject({ position: 'place' });
  });

  test('are read at most once a minute for cursors that cannot be opened', async () => {
    const { seal, open: read } = openProcess();
    const cursor = await seal('place');
    const forged = `${cursor.slice(0, -4)}AAAA`;
    for (const expected of [1, 1, 2, 2]) {
      expect(await read(forged)).toMatchObject({ kind: 'invalid' });
      expect(reads).toBe(expected);
      if (expected === 1) clock.skip(40_000);
    }
    // A clock that was set back does not keep a process from reading.
    clock.skip(-180_000);
    await read(forged);
    expect(reads).toBe(3);
  });

  test('open no cursor of a service whose id is that of a person', async () => {
    const { seal, open: read } = openProcess();
    const cursor = await seal('place');
    expect(await read(cursor, { kind: 'SERVICE', id: alice.id })).toMatchObject({ kind: 'invalid' });
  });

  test('are read again after a read that failed', async () => {
    let isDown = true;
    const { seal } = openProcess({ canRead: () => !isDown });
    await expect(seal('place')).rejects.toThrow(LedgerUnavailable);
    isDown = false;
    expect(await seal('place')).toEqual(expect.any(String));
  });
});

describe('pages of the trail', () => {
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
});
