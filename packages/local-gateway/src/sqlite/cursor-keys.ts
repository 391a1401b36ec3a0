import type { DatabaseSync } from 'node:sqlite';
import type { CursorKeys } from '../../../../src/ledger/cursor-keys.ts';
import { formatVersion, requireSupported } from '../../../../src/ledger/format.ts';
import { cursorKeysKey } from '../../../../src/ledger/keys.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { asPromise } from './file.ts';

/** The keys of cursors in the file of a ledger. */
export function sqliteCursorKeys(database: DatabaseSync): Pick<Ledger, 'getCursorKeys' | 'putCursorKeys'> {
  const select = database.prepare('SELECT record FROM idempotency WHERE idempotencyKey = ?');
  const insert = database.prepare(
    `INSERT OR IGNORE INTO idempotency (idempotencyKey, state, leaseUntil, record) VALUES (?, 'CURSOR_KEYS', 0, ?)`,
  );
  const update = database.prepare(`UPDATE idempotency SET record = ? WHERE idempotencyKey = ?
    AND record ->> '$.current.secret' = ? AND record ->> 'v' = ${formatVersion}`);
  return {
    getCursorKeys: () =>
      asPromise(() => {
        const row = select.get(cursorKeysKey);
        if (row === undefined) return null;
        // Only `putCursorKeys` writes this text.
        const { v, current, former } = JSON.parse(String(row.record)) as CursorKeys & { readonly v: unknown };
        requireSupported('item of the cursor keys', v);
        return { current, former };
      }),
    putCursorKeys: (expected, next) =>
      asPromise(() => {
        const text = JSON.stringify({ v: formatVersion, ...next });
        const { changes } =
          expected === null
            ? insert.run(cursorKeysKey, text)
            : update.run(text, cursorKeysKey, expected.current.secret);
        return changes === 1;
      }),
  };
}
