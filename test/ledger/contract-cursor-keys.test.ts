import type { CursorKeys } from '../../src/ledger/cursor-keys.ts';
import { UnsupportedFormat } from '../../src/ledger/format.ts';
import { cursorKeysKey } from '../../src/ledger/stored/keys.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';

const first: CursorKeys = { current: { secret: 'b25l', madeAt: 1 }, former: null };
const second: CursorKeys = { current: { secret: 'dHdv', madeAt: 2 }, former: first.current };

describeOnLedgers('the cursor keys of a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  test('are none before the first write, and then exactly what was written', async () => {
    expect(await ledger.getCursorKeys()).toBeNull();
    expect(await ledger.putCursorKeys(null, first)).toBe(true);
    expect(await ledger.getCursorKeys()).toEqual(first);
    expect(await ledger.putCursorKeys(first, second)).toBe(true);
    expect(await ledger.getCursorKeys()).toEqual(second);
  });

  test('are replaced only over the current key that was read', async () => {
    expect(await ledger.putCursorKeys(first, second)).toBe(false);
    expect(await ledger.getCursorKeys()).toBeNull();
    await ledger.putCursorKeys(null, first);
    expect(await ledger.putCursorKeys(null, second)).toBe(false);
    expect(await ledger.putCursorKeys(second, second)).toBe(false);
    expect(await ledger.getCursorKeys()).toEqual(first);
  });

  test('are made by exactly one of 10 concurrent writers', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => ({ ...first, current: { secret: `${index}`, madeAt: 1 } }));
    const written = await Promise.all(keys.map((one) => ledger.putCursorKeys(null, one)));
    expect(written.filter((one) => one)).toHaveLength(1);
    expect(await ledger.getCursorKeys()).toEqual(keys[written.indexOf(true)]);
  });

  test('of another format version are neither read nor replaced', async () => {
    await ledger.putCursorKeys(null, first);
    await edit.record(cursorKeysKey, { v: 2 });
    await expect(ledger.getCursorKeys()).rejects.toThrow(UnsupportedFormat);
    expect(await ledger.putCursorKeys(first, second)).toBe(false);
    await edit.record(cursorKeysKey, { v: 1 });
    expect(await ledger.getCursorKeys()).toEqual(first);
  });

  test('are not found among the expired leases', async () => {
    await ledger.putCursorKeys(null, first);
    expect(await ledger.expiredLeases(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });
});
