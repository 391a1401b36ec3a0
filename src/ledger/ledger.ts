import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { AuditedOperation } from '../model/operation.ts';
import type { LiftedLock } from '../model/lifted-lock.ts';
import type { Lock } from '../model/lock.ts';
import type { ApprovalUse } from './approval-version.ts';
import type { StateMismatch } from './association-state.ts';
import type { RefusalCode } from '../model/outcome.ts';
import type { ClusterScanReads } from './cluster-scan.ts';
import type { IdempotencyRecord } from './idempotency-record.ts';
import type { CursorKeys } from './cursor-keys.ts';

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

/**
 * A part of the trail that can be read on its own. Each kind has an index; `all` is the whole
 * trail.
 *
 * `cluster`, `serviceAccount` and `association` contain changes: the entries that the lease holders
 * of an operation wrote. So does `namespace`, and also denied requests if the filter `events` names
 * `DENIED`. All entries are in `principal`, `operation` and `all`.
 */
export type AuditPartition =
  | ({ readonly kind: 'cluster' } & ClusterRef)
  | ({ readonly kind: 'namespace' } & Omit<AssociationTarget, 'serviceAccount'>)
  | ({ readonly kind: 'serviceAccount' } & AssociationTarget)
  | { readonly kind: 'principal'; readonly principalId: string }
  | { readonly kind: 'association'; readonly associationArn: string }
  | { readonly kind: 'operation'; readonly operationId: string }
  | { readonly kind: 'all' };

/**
 * What entries of a page are compared with besides their time. A page is read by a
 * table over these names, so that a filter which it would ignore does not compile.
 */
export interface TrailFilters {
  /** Return only entries with these events; null: all events. */
  readonly events: readonly AuditEvent[] | null;
  /** Return only entries with these operations; null: all operations. */
  readonly operations: readonly AuditedOperation[] | null;
  /** Return only entries with these refusal codes; null: all entries. */
  readonly refusalCodes: readonly RefusalCode[] | null;
  /**
   * Return only entries with this role: requested, as role or target role, or that of an
   * association before a permitted change. Null: all entries.
   */
  readonly roleArn: string | null;
  /** Return only entries whose decision names this policy. Null: all entries. */
  readonly policyId: string | null;
}

/** Which page of the trail to read. */
export interface TrailQuery extends TrailFilters {
  readonly partition: AuditPartition;
  /** Start of the time range: milliseconds since the epoch, inclusive; null: unbounded. */
  readonly since: number | null;
  /** End of the time range: milliseconds since the epoch, exclusive; null: unbounded. */
  readonly until: number | null;
  /**
   * Whether `events` is compared with entries as their principal was answered (`asAnswered` in
   * `hidden-entry.ts`): so that which entries match does not disclose what they hide. Of the
   * partitions `principal` and `operation`; the others contain no answers to their readers.
   */
  readonly asAnswered?: boolean;
  /** Maximum number of entries of the page, at least 1. */
  readonly limit: number;
  /**
   * Whether to examine no entry beyond `limit`, so that `next` of a full page may lead to an empty
   * one.
   */
  readonly isProbe?: boolean;
  /**
   * Return only entries older than this position: the `entryId` of the last entry read, or `next`
   * of the previous page. A position of another partition is valid too. Null: start with the newest
   * entry.
   */
  readonly before: string | null;
}

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

/** A page of the trail. */
export interface TrailPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** `before` of the next page; null if there are no older entries. */
  readonly next: string | null;
}

/** Which entries of an operation to read. */
export interface OperationPage {
  readonly limit: number;
  /**
   * Return only entries after this `entryId`: that of the last entry read. Null: start with the
   * oldest.
   */
  readonly after: string | null;
}

/**
 * The first entries of an operation: all of them, unless its token was sent about a hundred times.
 */
export const firstEntries: OperationPage = { limit: 100, after: null };

/**
 * The storage port: idempotency records and the insert-only audit trail. Both stores (SQLite,
 * DynamoDB) pass the same contract tests. Every method except `close` throws `LedgerUnavailable`
 * when the store cannot be reached or does not respond in time; a write may then have been applied.
 * A method that reads or replaces an item which another version of the gateway wrote in a form that
 * this one can't read throws `UnsupportedFormat`; it has then written nothing.
 */
export interface Ledger extends ClusterScanReads {
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

  /** The record with this key; null if absent. Strongly consistent. */
  getRecord(idempotencyKey: string): Promise<IdempotencyRecord | null>;

  /**
   * An operation that committed its INTENT on the association with this one's ownership tag; null
   * if none did. Strongly consistent.
   */
  findClaimOfCreated(operationId: string): Promise<string | null>;

  /**
   * Adds one entry. Adding an equal entry again has no effect; a different one with the same key
   * throws.
   */
  appendEntry(entry: AuditEntry): Promise<void>;

  /** The entry with this key; null if absent. Strongly consistent. */
  getEntry(key: { readonly operationId: string; readonly entryId: string }): Promise<AuditEntry | null>;

  /**
   * Entries of an operation, oldest first, by default its first 100; fewer than `limit` if no more
   * follow. Strongly consistent.
   */
  operationEntries(operationId: string, page?: Partial<OperationPage>): Promise<AuditEntry[]>;

  /**
   * A page of the trail. Its cost does not depend on the length of the trail: it examines at most
   * 1,000 entries, and of those that pass the filters at most `limit` + 1, plus as many as the
   * filters excluded before; for the whole trail in DynamoDB, some more in each shard. A page can
   * therefore have fewer than `limit` entries, or none, although `next` is set; the page after it
   * can be the last one, and empty. After a full page with `next` set, at least one entry follows.
   * A page ends before an entry of another format version; one that would begin with it throws
   * `UnsupportedFormatOnPage`.
   *
   * Eventually consistent: the newest entries can be missing, also in the middle of a page. Throws
   * an Error if `limit` is not a positive integer or `before` is not a position
   * (`isTrailPosition`).
   */
  readTrail(query: TrailQuery): Promise<TrailPage>;

  /**
   * Up to `limit` records IN_PROGRESS whose lease ended at or before `now` (milliseconds since the
   * epoch), the earliest first, without those of another format version: the version that wrote
   * them completes them. Eventually consistent.
   */
  expiredLeases(now: number, limit: number): Promise<IdempotencyRecord[]>;

  /** The locks, read in one call. Strongly consistent. */
  getLocks(): Promise<Locks>;

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

export type { Deferral, IdempotencyRecord, RecordedResult, RecordState } from './idempotency-record.ts';
export { LedgerUnavailable, ledgerTimeout } from './ledger-unavailable.ts';
