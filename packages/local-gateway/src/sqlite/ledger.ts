import type { DatabaseSync } from 'node:sqlite';
import type { ApprovalStore } from '../../../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../../../src/ledger/association-history.ts';
import type { AssociationState, StateChange } from '../../../../src/ledger/association-state.ts';
import type { CheckpointStore } from '../../../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../../../src/ledger/cluster-scan.ts';
import { stateChangeOf } from '../../../../src/ledger/state-change.ts';
import {
  alternativesOf,
  alternativesOfRepair,
  demandedKey,
  isPermitted,
  stateAfter,
} from '../../../../src/ledger/state-transition.ts';
import { mismatchOf } from '../../../../src/ledger/state-demand.ts';
import { unchanged } from '../../../../src/ledger/condition.ts';
import type { CommittedChange } from '../../../../src/ledger/state-change.ts';
import { claimsOfCreated } from '../../../../src/ledger/claim-of-created.ts';
import { alreadyWritten, entryOrNull, requireDistinct } from '../../../../src/ledger/entry-json.ts';
import { UnsupportedFormat } from '../../../../src/ledger/format.ts';
import { openShardOf } from '../../../../src/ledger/keys.ts';
import { firstEntries } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { Erasure } from '../erasure.ts';
import type { UnindexedEntries } from '../checkpoints/unindexed-entries.ts';
import { makeSqliteCheckpoints } from './checkpoints.ts';
import { meets } from './condition.ts';
import { sqliteCursorKeys } from './cursor-keys.ts';
import { asPromise, openSqliteFile } from './file.ts';
import { prepareOrder } from './order.ts';
import type { AuditOrder } from './order.ts';
import { prepareStatements } from './statements.ts';
import { makeTrailReader } from './trail.ts';

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
  const statements = prepareStatements(database);
  const readTrail = makeTrailReader(database);
  const order = prepareOrder(database);

  return {
    ...makeSqliteCheckpoints(database),
    ...sqliteCursorKeys(database),
    commit(expected, next, entries, use = null) {
      return asPromise(() => {
        requireDistinct(entries);
        openShardOf(next.idempotencyKey); // Throws for a key that DynamoDB could not store, so that both stores reject it.
        return inTransaction(database, () => {
          if (alreadyWritten(entries, entries.map(statements.getEntry))) return { kind: 'committed' };
          const record = statements.getRecord(next.idempotencyKey);
          if (!meets(expected, record)) return { kind: 'conflict', record };
          if (use && !statements.approvals.isVersion(use.next.key, use.expected)) return { kind: 'approval-mismatch' };
          const change = stateChangeOf(next, entries);
          const mismatch = change?.demand && mismatchOf(statements.getState(change.target), change);
          if (mismatch) return mismatch;
          statements.putRecord(next);
          entries.forEach(statements.insertEntry);
          claimsOfCreated(entries).forEach(statements.insertClaim);
          if (use) statements.approvals.putApproval(use.next);
          commitState(statements, change, alternativesOf(change));
          return { kind: 'committed' };
        });
      });
    },
    getRecord(idempotencyKey) {
      return asPromise(() => statements.getRecord(idempotencyKey));
    },
    findClaimOfCreated(operationId) {
      return asPromise(() => statements.findClaimOfCreated(operationId));
    },
    getRecordAndApproval(idempotencyKey, approvalKey) {
      return asPromise(() =>
        inTransaction(database, () => ({
          record: statements.getRecord(idempotencyKey),
          approval: statements.approvals.getApproval(approvalKey),
        })),
      );
    },
    getApproval(key) {
      return asPromise(() => statements.approvals.getApproval(key));
    },
    putApproval(expected, next, entry, limits) {
      return asPromise(() =>
        inTransaction(database, () => {
          if (alreadyWritten([entry], [statements.getEntry(entry)])) return 'written';
          if (!statements.approvals.isVersion(next.key, expected)) return 'conflict';
          const reached = limits && statements.approvals.limitReached(next, limits);
          if (reached) return reached;
          statements.approvals.putApproval(next);
          statements.insertEntry(entry);
          return 'written';
        }),
      );
    },
    listApprovals(...query) {
      return asPromise(() => statements.approvals.listApprovals(...query));
    },
    getAssociationState(target) {
      return asPromise(() => statements.getState(target));
    },
    statesOfCluster(cluster) {
      return asPromise(() => statements.statesOfCluster(cluster));
    },
    dueEndings(due, limit) {
      return asPromise(() => statements.dueEndings(due, limit));
    },
    clusterScans() {
      return asPromise(() => statements.clusterScans());
    },
    getClusterScan(cluster) {
      return asPromise(() => statements.getClusterScan(cluster));
    },
    targetsInCluster(...query) {
      return asPromise(() => statements.history.targetsInCluster(...query));
    },
    targetsWithRole(...query) {
      return asPromise(() => statements.history.targetsWithRole(...query));
    },
    getAssociationStates(targets) {
      return asPromise(() => statements.history.getAssociationStates(targets));
    },
    targetsOfAssociations(...query) {
      return asPromise(() => statements.history.targetsOfAssociations(...query));
    },
    readVersions(...query) {
      return asPromise(() => statements.history.readVersions(...query));
    },
    getClusterScans(clusters) {
      return asPromise(() => statements.history.getClusterScans(clusters));
    },
    putClusterScan(fence, next) {
      return asPromise(() => statements.putClusterScan(fence, next));
    },
    putAccountReads(next, now) {
      return asPromise(() => inTransaction(database, () => statements.putAccountReads(next, now)));
    },
    observeAssociation(revision, change, entry) {
      return asPromise(() =>
        inTransaction(database, () => {
          if (entry && alreadyWritten([entry], [statements.getEntry(entry)])) return true;
          const state = statements.getState(change.target);
          if ((state?.revision ?? 0) !== revision) return false;
          if (entry) statements.insertEntry(entry);
          statements.putState(stateAfter(state, change), change);
          return true;
        }),
      );
    },
    repairAssociation(repair, entry) {
      return asPromise(() =>
        inTransaction(database, () => {
          if (alreadyWritten([entry], [statements.getEntry(entry)])) return true;
          if (!meets(unchanged(repair.record), statements.getRecord(repair.recordKey))) return false;
          const state = statements.getState(repair.change.target);
          const key = demandedKey(repair);
          if (key !== null && !state?.recordsInProgress.includes(key)) return false;
          if (repair.restored) statements.putRecord(repair.restored);
          statements.insertEntry(entry);
          commitState(statements, { ...repair.change, begins: true }, alternativesOfRepair(repair));
          return true;
        }),
      );
    },
    appendEntry(entry) {
      return asPromise(() => {
        inTransaction(database, () => {
          if (!alreadyWritten([entry], [statements.getEntry(entry)])) statements.insertEntry(entry);
        });
      });
    },
    erasePersonalData(key) {
      return asPromise(() => {
        // Otherwise, the file keeps the text in its free pages.
        database.exec('PRAGMA secure_delete = ON');
        return statements.erasePersonalData(key);
      });
    },
    getEntry(key) {
      return asPromise(() => entryOrNull(() => statements.getEntry(key)));
    },
    operationEntries(operationId, page) {
      return asPromise(() => statements.operationEntries(operationId, { ...firstEntries, ...page }));
    },
    readTrail(query) {
      return asPromise(() => readTrail(query));
    },
    expiredLeases(now, limit) {
      return asPromise(() => statements.expiredLeases(now, limit));
    },
    getLocks() {
      return asPromise(() => statements.getLocks());
    },
    putLocks(next, entry) {
      return asPromise(() =>
        inTransaction(database, () => {
          if (alreadyWritten([entry], [statements.getEntry(entry)])) return true;
          if (statements.getLocks().revision !== next.revision - 1) return false;
          statements.putLocks(next);
          statements.insertEntry(entry);
          return true;
        }),
      );
    },
    entriesAfter(position, limit) {
      return asPromise(() => order.entriesAfter(position, limit));
    },
    startCursor(target) {
      return asPromise(() => order.startCursor(target));
    },
    moveCursor(target, position) {
      return asPromise(() => order.moveCursor(target, position));
    },
    close() {
      database.close();
    },
  };
}

/** A change of a state, and whether nothing is written without it. */
type StateWrite = StateChange & Pick<CommittedChange, 'begins'>;

/**
 * Writes the first of the alternatives of a change that the stored state permits. Throws
 * `UnsupportedFormat` where an operation begins.
 */
function commitState(
  statements: Statements,
  change: StateWrite | null,
  alternatives: readonly (StateChange | null)[],
): void {
  if (change === null) return;
  let state: AssociationState | null;
  try {
    state = statements.getState(change.target);
  } catch (error) {
    if (error instanceof UnsupportedFormat && !change.begins) return;
    throw error;
  }
  const applied = alternatives.find((one) => one === null || isPermitted(state, one));
  if (applied) statements.putState(stateAfter(state, applied), applied);
}

type Statements = ReturnType<typeof prepareStatements>;

/**
 * Runs `work` in a transaction that excludes the writes of other processes. Rolls back if it
 * throws.
 */
function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } finally {
    // On some errors, such as a full disk, SQLite has already rolled back.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}
