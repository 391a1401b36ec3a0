import type { AuditEntry } from '../model/audit.ts';
import type { LiftedLock } from '../model/lifted-lock.ts';
import type { Lock } from '../model/lock.ts';
import type { ApprovalUse } from './approval-version.ts';
import type { StateMismatch } from './state-store.ts';
import type { ClusterScanReads } from './cluster-scan.ts';
import type { CursorKeys } from './cursor-keys.ts';
import type { IdempotencyRecord } from './idempotency-record.ts';
import type { EntryAppender, OperationPage, OperationReader, TrailFilters, TrailReader } from './trail.ts';

/**
 * What a commit requires of the stored record; `now` is in milliseconds since the epoch. If the
 * record does not meet it, the commit writes nothing.
 *
 * - `free`: no record is stored, or it is not IN_PROGRESS and its `expiresAt` is at or before
 *   `now`;
 * - `released`: the record is RELEASED and has this operation and fence;
 * - `leased`: the record is IN_PROGRESS and has this operation and fence;
 * - `lease-expired`: as `leased`, and its `leaseUntil` is at or before `now`.
 */
export type Expectation =
  | { readonly kind: 'free'; readonly now: number }
  | { readonly kind: 'released' | 'leased'; readonly operationId: string; readonly fence: number }
  | { readonly kind: 'lease-expired'; readonly operationId: string; readonly fence: number; readonly now: number };

/** The filters that every entry passes. */
export const noFilters = {
  since: null,
  until: null,
  events: null,
  operations: null,
  refusalCodes: null,
  roleArn: null,
  policyId: null,
} as const satisfies Readonly<Record<keyof TrailFilters | 'since' | 'until', null>>;

/** Whether a query has a filter besides its times: then entries are read that are not returned. */
export function hasFilters(query: TrailFilters): boolean {
  const { since: _, until: __, ...filters } = noFilters;
  // Object.keys gives exactly the keys of the literal above.
  return (Object.keys(filters) as (keyof TrailFilters)[]).some((name) => query[name] !== null);
}

/**
 * The first entries of an operation: all of them, unless its token was sent about a hundred times.
 */
export const firstEntries: OperationPage = { limit: 100, after: null };

/** The locks that operators have set. */
export interface Locks {
  /** Increases by one with every write; 0: none was ever written. */
  readonly revision: number;
  readonly locks: readonly Lock[];
  /** The locks on principals that were lifted, oldest first; absent without any. */
  readonly lifted?: readonly LiftedLock[];
}

/** Result of a commit. */
type CommitResult =
  | { readonly kind: 'committed' }
  /**
   * The stored record does not meet the expectation. Nothing was written. `record` is the stored
   * one, null if absent.
   */
  | { readonly kind: 'conflict'; readonly record: IdempotencyRecord | null }
  /** The stored approval is another version than the commit uses. Nothing was written. */
  | { readonly kind: 'approval-mismatch' }
  | StateMismatch;

/** How one idempotency record is read. Throws as the methods of the ledger do. */
export interface RecordReader {
  /** The record with this key; null if absent. Strongly consistent. */
  getRecord(idempotencyKey: string): Promise<IdempotencyRecord | null>;
}

/** How operations are read: their records, and their entries. */
export interface OperationRecords extends RecordReader, OperationReader {}

/** How the locks are read. Throws as the methods of the ledger do. */
export interface LocksReader {
  /** The locks, read in one call. Strongly consistent. */
  getLocks(): Promise<Locks>;
}

/**
 * The storage port: idempotency records and the insert-only audit trail. Both stores (SQLite,
 * DynamoDB) pass the same contract tests. Every method except `close` throws `LedgerUnavailable`
 * when the store cannot be reached or does not respond in time; a write may then have been applied.
 * A method that reads or replaces an item which another version of the gateway wrote in a form that
 * this one can't read throws `UnsupportedFormat`; it has then written nothing.
 */
export interface Ledger
  extends RecordReader, LocksReader, EntryAppender, OperationReader, TrailReader, ClusterScanReads {
  /**
   * Replaces the record with the `idempotencyKey` of `next` if it meets `expected`, and adds
   * `entries`, all in one transaction. If equal entries are stored already, the same commit was
   * applied before and only its response was lost: the result is `committed`. Throws an Error if a
   * different entry is stored under one of the keys. `stateChangeOf` has what else it writes and
   * demands. `use` is the approval by which the operation begins.
   */
  commit(
    expected: Expectation,
    next: IdempotencyRecord,
    entries: readonly AuditEntry[],
    use?: ApprovalUse | null,
  ): Promise<CommitResult>;

  /**
   * An operation that committed its INTENT on the association with this one's ownership tag; null
   * if none did. Strongly consistent.
   */
  findClaimOfCreated(operationId: string): Promise<string | null>;

  /** The entry with this key; null if absent. Strongly consistent. */
  getEntry(key: { readonly operationId: string; readonly entryId: string }): Promise<AuditEntry | null>;

  /**
   * Up to `limit` records IN_PROGRESS whose lease ended at or before `now` (milliseconds since the
   * epoch), the earliest first, without those of another format version: the version that wrote
   * them completes them. Eventually consistent.
   */
  expiredLeases(now: number, limit: number): Promise<IdempotencyRecord[]>;

  /**
   * Replaces the locks if the stored revision is the one before that of `next`, and adds the entry,
   * in one transaction. False if it is not: then nothing was written, see {@link commit}. Throws an
   * Error if the locks take more bytes than `stored-locks.ts` allows.
   */
  putLocks(next: Locks, entry: AuditEntry): Promise<boolean>;

  /** The keys that seal cursors; null if none were made. Strongly consistent. */
  getCursorKeys(): Promise<CursorKeys | null>;

  /**
   * Replaces the keys if the current one is that of `expected` (null: none were made). False if it
   * is not: nothing was written.
   */
  putCursorKeys(expected: CursorKeys | null, next: CursorKeys): Promise<boolean>;

  close(): void;
}

export type { AuditPartition, TrailFilters, TrailPage, TrailQuery } from './trail.ts';
export type { Deferral, IdempotencyRecord, RecordedResult, RecordState } from './idempotency-record.ts';
export { LedgerUnavailable, ledgerTimeout } from './ledger-unavailable.ts';
