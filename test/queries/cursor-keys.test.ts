import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { cursorKeyMs, formerKeyMs } from '../../src/queries/terms/cursor-keys.ts';
import { makeCursors } from '../../src/queries/terms/cursors.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import { makeClock } from '../support/test-clock.ts';
import type { TestClock } from '../support/test-clock.ts';

type Principal = Parameters<typeof makeCursors>[1];

const alice: Principal = { kind: 'USER', id: 'alice' };

describeOnLedgers('the keys of cursors in $name', ({ open }) => {
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
    const cursors = (of: Principal) => makeCursors(process, of, process.clock() + 10_000);
    return {
      seal: (position: unknown) => cursors(alice).seal('query', position),
      open: (cursor: string, of: Principal = alice) => cursors(of).open('query', cursor),
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

  test('are read at most once a minute for cursors that can not be opened', async () => {
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
