import type { DatabaseSync } from 'node:sqlite';
import type { AssociationTarget, ClusterRef } from '../../../../src/model/association.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { ListedEnding } from '../../../../src/ledger/association-ending.ts';
import type { AssociationState, StateChange, StateSummary } from '../../../../src/ledger/association-state.ts';
import type { ClaimOfCreated } from '../../../../src/ledger/claim-of-created.ts';
import type { AccountReads, ClusterScan, PutAccountReads } from '../../../../src/ledger/cluster-scan.ts';
import { entryOfText, entryTexts } from '../../../../src/ledger/entry-json.ts';
import type { EntryKey } from '../../../../src/ledger/entry-json.ts';
import { filterFields } from '../../../../src/ledger/filter-fields.ts';
import { accountReadsKeyOf, associationKeyOf, auditIndexKeys, clusterKeyOf } from '../../../../src/ledger/keys.ts';
import { formatVersion, requireSupported } from '../../../../src/ledger/format.ts';
import type { IdempotencyRecord, Locks, OperationPage } from '../../../../src/ledger/ledger.ts';
import { locksFields, locksKey, locksOfFields, noLocks } from '../../../../src/ledger/locks-json.ts';
import type { StoredLocks } from '../../../../src/ledger/locks-json.ts';
import { presenceIn } from '../../../../src/ledger/state-transition.ts';
import { prepareApprovals } from './approvals.ts';
import { prepareHistory } from './history.ts';
import { recordOfText, recordText, scanOfText, scanText, stateOfText, stateText } from './record-json.ts';
import { auditColumns } from './schema.ts';

/**
 * The prepared statements of a ledger file, except those of the trail, as functions. They throw the
 * errors of SQLite.
 */
export function prepareStatements(database: DatabaseSync) {
  const selectRecord = database.prepare('SELECT record FROM idempotency WHERE idempotencyKey = ?');
  const upsertRecord = database.prepare(`
    INSERT INTO idempotency (idempotencyKey, state, leaseUntil, record) VALUES (?, ?, ?, ?)
    ON CONFLICT (idempotencyKey) DO UPDATE SET state = excluded.state, leaseUntil = excluded.leaseUntil, record = excluded.record`);
  const selectExpiredLeases = database.prepare(
    `SELECT record FROM idempotency WHERE state = 'IN_PROGRESS' AND leaseUntil <= ?
      AND record ->> 'v' = ${formatVersion} ORDER BY leaseUntil LIMIT ?`,
  );
  const selectEntry = database.prepare(
    'SELECT operationId, entryId, entry, personal FROM audit WHERE operationId = ? AND entryId = ?',
  );
  const selectEntries = database.prepare(
    'SELECT operationId, entryId, entry, personal FROM audit WHERE operationId = ? AND entryId > ? ORDER BY entryId LIMIT ?',
  );
  const insertEntry = database.prepare(`
    INSERT INTO audit (${entryColumns.join(', ')}) VALUES (${entryColumns.map((column) => `:${column}`).join(', ')})`);

  const erasePersonalData = database.prepare(
    'UPDATE audit SET personal = NULL WHERE operationId = ? AND entryId = ? AND personal IS NOT NULL',
  );

  const insertClaim = database.prepare('INSERT INTO claimOfCreated (createdBy, claimedBy) VALUES (?, ?)');
  const selectClaim = database.prepare('SELECT claimedBy FROM claimOfCreated WHERE createdBy = ? LIMIT 1');

  const selectState = database.prepare('SELECT state FROM association WHERE associationKey = ?');
  const upsertState = database.prepare(`
    INSERT INTO association (associationKey, clusterKey, isPresent, associationId, warnAt, endAt, state)
    VALUES (:key, :clusterKey, coalesce(:isPresent, 0), :associationId, :warnAt, :endAt, :state)
    ON CONFLICT (associationKey) DO UPDATE SET state = :state, warnAt = :warnAt, endAt = :endAt, isPresent = coalesce(:isPresent, isPresent),
      associationId = coalesce(:associationId, associationId)`);
  const selectStates = database.prepare(`
    SELECT isPresent, associationId, state FROM association WHERE clusterKey = ? AND state ->> 'v' = ${formatVersion}
    ORDER BY associationKey`);
  const selectDue = database.prepare(`
    SELECT * FROM (SELECT state FROM association WHERE warnAt <= :warnUntil AND state ->> 'v' = ${formatVersion}
      ORDER BY warnAt LIMIT :limit)
    UNION ALL SELECT * FROM (SELECT state FROM association WHERE endAt <= :now AND state ->> 'v' = ${formatVersion}
      ORDER BY endAt LIMIT :limit)`);
  const selectScans = database.prepare(`SELECT scan FROM clusterScan WHERE scan ->> 'v' = ${formatVersion}`);
  const insertScan = database.prepare('INSERT OR IGNORE INTO clusterScan (clusterKey, fence, scan) VALUES (?, ?, ?)');
  const updateScan = database.prepare(
    `UPDATE clusterScan SET fence = ?, scan = ? WHERE clusterKey = ? AND fence = ? AND scan ->> 'v' = ${formatVersion}`,
  );

  const history = prepareHistory(database);
  const approvals = prepareApprovals(database);

  return {
    /** What queries read of the states and the history. */
    history: history.reads,
    approvals,
    getState(target: AssociationTarget): AssociationState | null {
      const row = selectState.get(associationKeyOf(target));
      return row === undefined ? null : stateOfText(String(row.state));
    },
    /** Writes the state after a change, and the version that it adds to the history. */
    putState(state: AssociationState, change: StateChange): void {
      if (change.version) history.insertVersion(change.version);
      const { isPresent = null, associationId = null } = presenceIn(change) ?? {};
      upsertState.run({
        key: associationKeyOf(state.target),
        clusterKey: clusterKeyOf(state.target),
        isPresent: isPresent === null ? null : Number(isPresent),
        warnAt: state.ending?.isWarned === false ? state.ending.nextAt : null,
        endAt: state.ending?.isWarned === true ? state.ending.nextAt : null,
        associationId,
        state: stateText(state),
      });
    },
    statesOfCluster(cluster: ClusterRef): StateSummary[] {
      return selectStates.all(clusterKeyOf(cluster)).map(({ isPresent, associationId, state: text }) => {
        const { target, revision, observed, recordsInProgress } = stateOfText(String(text));
        return {
          target,
          revision,
          recordsInProgress,
          scannedRevision: observed?.revision ?? null,
          scannedAt: observed?.at ?? null,
          isPresent: isPresent === 1,
          associationId: associationId === null ? null : String(associationId),
        };
      });
    },
    dueEndings(
      { warnUntil, now }: { readonly warnUntil: number; readonly now: number },
      limit: number,
    ): ListedEnding[] {
      return selectDue.all({ warnUntil, now, limit }).flatMap((row) => {
        const { target, revision, ending, observed } = stateOfText(String(row.state));
        return ending ? [{ target, revision, ending, hasDrift: (observed?.driftId ?? null) !== null }] : [];
      });
    },
    clusterScans(): ClusterScan[] {
      return selectScans.all().map(({ scan }) => scanOfText(String(scan)));
    },
    getClusterScan(cluster: ClusterRef): ClusterScan | null {
      return this.clusterScans().find((one) => clusterKeyOf(one.cluster) === clusterKeyOf(cluster)) ?? null;
    },
    putClusterScan(fence: number, next: ClusterScan): boolean {
      const [key, text] = [clusterKeyOf(next.cluster), scanText(next)];
      const { changes } =
        fence === 0 ? insertScan.run(key, next.fence, text) : updateScan.run(next.fence, text, key, fence);
      return changes === 1;
    },
    putAccountReads(next: AccountReads, now: number): PutAccountReads {
      const key = accountReadsKeyOf(next);
      const { runId, leaseUntil } = next;
      const row = selectRecord.get(key);
      const previous = row === undefined ? null : accountReadsOfText(String(row.record));
      const isFree = previous === null || previous.runId === runId || previous.leaseUntil <= now;
      if (!isFree || (previous !== null && previous.v !== formatVersion)) return { kind: 'leased' };
      // No search for expired leases finds this state.
      upsertRecord.run(key, 'READS', 0, JSON.stringify({ v: formatVersion, runId, leaseUntil }));
      return { kind: 'written', previous: previous && { runId: previous.runId, leaseUntil: previous.leaseUntil } };
    },
    getRecord(idempotencyKey: string): IdempotencyRecord | null {
      const row = selectRecord.get(idempotencyKey);
      return row === undefined ? null : recordOf(row);
    },
    putRecord(record: IdempotencyRecord): void {
      upsertRecord.run(record.idempotencyKey, record.state, record.leaseUntil, recordText(record));
    },
    expiredLeases(now: number, limit: number): IdempotencyRecord[] {
      return selectExpiredLeases.all(now, limit).map(recordOf);
    },
    getLocks(): Locks {
      const row = selectRecord.get(locksKey);
      return row === undefined ? noLocks : locksOf(row);
    },
    putLocks(locks: Locks): void {
      const text = JSON.stringify({ v: formatVersion, ...locksFields(locks) });
      // Neither its state nor its lease is ever searched for.
      upsertRecord.run(locksKey, 'LOCKS', 0, text);
    },
    getEntry({ operationId, entryId }: Pick<AuditEntry, 'operationId' | 'entryId'>): AuditEntry | null {
      const row = selectEntry.get(operationId, entryId);
      return row === undefined ? null : entryOf(row);
    },
    operationEntries(operationId: string, { limit, after }: OperationPage): AuditEntry[] {
      return selectEntries.all(operationId, after ?? '', limit).map(entryOf);
    },
    insertClaim({ createdBy, claimedBy }: ClaimOfCreated): void {
      insertClaim.run(createdBy, claimedBy);
    },
    findClaimOfCreated(operationId: string): string | null {
      const row = selectClaim.get(operationId);
      return row === undefined ? null : String(row.claimedBy);
    },
    insertEntry(entry: AuditEntry): void {
      insertEntry.run(auditValues(entry));
    },
    erasePersonalData({ operationId, entryId }: EntryKey): boolean {
      return erasePersonalData.run(operationId, entryId).changes === 1;
    },
  };
}

function accountReadsOfText(text: string) {
  // Only `putAccountReads` writes these texts.
  return JSON.parse(text) as Pick<AccountReads, 'runId' | 'leaseUntil'> & { readonly v: unknown };
}

/** Columns of the trail. */
const entryColumns = [
  ...['operationId', 'entryId', 'event', 'operation', 'time', 'entry', 'personal'],
  ...['refusalCode', 'roleArns', 'policyIds'],
  ...auditColumns,
];

/** The values of all columns of an entry. Throws an Error as `entryText` does. */
export function auditValues(entry: AuditEntry): Record<string, string | null> {
  const { operationId, entryId, event, operation, time } = entry;
  const { refusalCode = null, roleArns, policyIds } = filterFields(entry);
  const keys = auditIndexKeys(entry);
  return {
    operationId,
    entryId,
    event,
    operation,
    time,
    ...entryTexts(entry),
    refusalCode,
    roleArns: jsonOrNull(roleArns),
    policyIds: jsonOrNull(policyIds),
    ...Object.fromEntries(auditColumns.map((column) => [column, keys[column] ?? null])),
  };
}

function jsonOrNull(texts: readonly string[] | undefined): string | null {
  return texts === undefined ? null : JSON.stringify(texts);
}

type Row = Record<string, unknown>;

function recordOf(row: Row): IdempotencyRecord {
  return recordOfText(String(row.record));
}

function locksOf(row: Row): Locks {
  // Only `putLocks` writes this text.
  const { v, ...fields } = JSON.parse(String(row.record)) as StoredLocks & { readonly v?: unknown };
  requireSupported('item of the locks', v);
  return locksOfFields(fields);
}

/**
 * The entry of a row with its key, its text and its personal data. Throws as `entryOfText` does.
 */
export function entryOf({ operationId, entryId, entry, personal }: Row): AuditEntry {
  const key = { operationId: String(operationId), entryId: String(entryId) };
  return entryOfText(key, String(entry), typeof personal === 'string' ? personal : null);
}
