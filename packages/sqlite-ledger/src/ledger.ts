import type { DatabaseSync } from 'node:sqlite';
import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { CheckpointStore } from '../../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import { storedErasure } from '../../../src/ledger/stored/erasure.ts';
import type { Erasure } from '../../../src/ledger/stored/erasure.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { storedApprovals } from '../../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../../src/ledger/stored/association-reads.ts';
import { storedCheckpoints } from '../../../src/ledger/stored/checkpoints.ts';
import { storedLedger } from '../../../src/ledger/stored/ledger.ts';
import { storedObservations } from '../../../src/ledger/stored/observations.ts';
import { isUnindexed } from '../../../src/ledger/stored/unindexed-entries.ts';
import type { UnindexedEntries } from '../../../src/ledger/stored/unindexed-entries.ts';
import { asPromise, openSqliteFile } from './file.ts';
import { sqliteItems } from './items.ts';
import { sqliteOrder } from './order.ts';
import type { AuditOrder } from './order.ts';

/** All that the store of one file offers. */
type SqliteLedger = Ledger &
  ObservationStore &
  AssociationReads &
  ApprovalStore &
  AuditOrder &
  CheckpointStore &
  UnindexedEntries &
  Erasure;

/** How long a call waits for the lock of another process, in milliseconds. */
const defaultBusyTimeoutMs = 2_000;

/**
 * A ledger in one SQLite file, or in memory (`:memory:`). Several processes can share a file.
 * Throws an Error if the file cannot be opened.
 */
export function makeSqliteLedger({
  file,
  busyTimeoutMs = defaultBusyTimeoutMs,
}: {
  readonly file: string;
  readonly busyTimeoutMs?: number;
}): SqliteLedger {
  const database = openSqliteFile(file, busyTimeoutMs);
  const items = sqliteItems(database);
  return {
    ...storedLedger(items),
    ...storedObservations(items),
    ...storedAssociationReads(items),
    ...storedApprovals(items),
    ...storedCheckpoints(items),
    ...storedErasure(items),
    ...sqliteOrder(database),
    unindexedEntries: () => unindexedEntries(database),
    close: () => database.close(),
  };
}

async function* unindexedEntries(database: DatabaseSync): ReturnType<UnindexedEntries['unindexedEntries']> {
  const select = database.prepare(`SELECT operationId, entryId, item ->> '$.trailShard' AS trailShard FROM audit`);
  const rows = await asPromise(() => select.all());
  yield* rows
    .map(({ operationId, entryId, trailShard }) => ({
      operationId: String(operationId),
      entryId: String(entryId),
      trailShard: typeof trailShard === 'string' ? trailShard : null,
    }))
    .filter(isUnindexed);
}
