import type { DatabaseSync } from 'node:sqlite';
import { checkpointKey } from '../../../../src/ledger/checkpoint-store.ts';
import type { CheckpointHead, CheckpointStore, StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { formatVersion, requireSupported } from '../../../../src/ledger/format.ts';
import { firstIdOf, lastIdOf, maxTime } from '../../../../src/ledger/trail-position.ts';
import type { UnindexedEntries } from '../checkpoints/unindexed-entries.ts';
import { asPromise } from './file.ts';
import { auditValues, entryOf } from './statements.ts';

/** Rows per read, so that none keeps the file's write-ahead log from being truncated. */
const pageRows = 500;

/** What checkpoints read and write, in the file of a ledger. */
export function makeSqliteCheckpoints(database: DatabaseSync): CheckpointStore & UnindexedEntries {
  const select = database.prepare('SELECT record FROM idempotency WHERE idempotencyKey = ?');
  const insert = database.prepare(
    `INSERT OR IGNORE INTO idempotency (idempotencyKey, state, leaseUntil, record) VALUES (?, 'CHECKPOINT', 0, ?)`,
  );
  const update = database.prepare(`UPDATE idempotency SET record = ? WHERE idempotencyKey = ?
    AND record ->> 'size' = ? AND record ->> 'publishedSize' = ? AND record ->> 'v' = ${formatVersion}`);
  const page = database.prepare(`
    SELECT * FROM audit WHERE entryId >= :low AND entryId <= :high AND (entryId > :low OR operationId > :after)
    ORDER BY entryId, operationId LIMIT ${pageRows}`);
  const outside = database.prepare('SELECT operationId, entryId FROM audit WHERE entryId < ? OR entryId > ?');

  return {
    async *unindexedEntries() {
      const rows = await asPromise(() => outside.all(firstIdOf(0), lastIdOf(maxTime)));
      yield* rows.map(({ operationId, entryId }) => ({ operationId: String(operationId), entryId: String(entryId) }));
    },
    getCheckpointHead: () =>
      asPromise(() => {
        const row = select.get(checkpointKey);
        if (row === undefined) return null;
        // Only `putCheckpointHead` writes this text.
        const { v, size, root, publishedSize, examinedTo } = JSON.parse(String(row.record)) as CheckpointHead & {
          v: unknown;
        };
        requireSupported('head of the checkpoints', v);
        return { size, root, publishedSize, ...(examinedTo === undefined ? {} : { examinedTo }) };
      }),
    putCheckpointHead: (expected, next) =>
      asPromise(() => {
        const text = JSON.stringify({ v: formatVersion, ...next });
        const { changes } =
          expected === null
            ? insert.run(checkpointKey, text)
            : update.run(text, checkpointKey, expected.size, expected.publishedSize);
        return changes === 1;
      }),
    async *storedEntries(since, until) {
      const high = lastIdOf(until);
      for (let [low, after] = [firstIdOf(Math.max(since, 0)), '']; ;) {
        const range = { low, high, after };
        const rows = (await asPromise(() => page.all(range))).map(storedEntryOf);
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageRows) return;
        [low, after] = [last.entryId, last.operationId];
      }
    },
  };
}

/** A row of the audit trail as it is stored. */
function storedEntryOf(row: Record<string, unknown>): StoredEntry {
  const [operationId, entryId, text] = [String(row.operationId), String(row.entryId), String(row.entry)];
  const personal = typeof row.personal === 'string' ? row.personal : null;
  return { operationId, entryId, text, personal, differing: () => differingColumns(row) };
}

function differingColumns(row: Record<string, unknown>): string[] {
  try {
    const expected = auditValues(entryOf(row));
    return Object.entries(expected).flatMap(([column, value]) => (row[column] === value ? [] : [column]));
  } catch {
    return ['entry'];
  }
}
