import type { Association, AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { OperationKind } from '../model/operation.ts';
import type { Refusal } from '../model/refusal.ts';

/** `IN_PROGRESS` until finished; `RELEASED` certainly not done and free to begin again; the others are final. */
export type RecordState = 'IN_PROGRESS' | 'SUCCEEDED' | 'REFUSED' | 'RELEASED';

/** The answer that a final record keeps for replays. Exactly one of the first two is set. */
export interface RecordedResult {
  readonly association: Association | null;
  readonly refusal: Refusal | null;
  /** RFC 3339, UTC. */
  readonly completedAt: string;
}

/** What the ledger remembers of one request token. Plain JSON; times in milliseconds since the epoch. */
export interface IdempotencyRecord {
  /** SHA-256 (hex) over who asked, for what operation, with which token. The record's key. */
  readonly idempotencyKey: string;
  readonly operation: OperationKind;
  /** The operation that the record is going through, or went through last. */
  readonly operationId: string;
  /** Grows by one with every holder. Only the holder of the current fence may write. */
  readonly fence: number;
  readonly state: RecordState;
  /** SHA-256 (hex) of the canonical request. */
  readonly fingerprint: string;
  /** Begin of the operation (`t0`), and the signing date of its create. */
  readonly startedAt: number;
  /** Until when the holder may work on it; past this, anyone may take over. */
  readonly leaseUntil: number;
  /** From when nothing of the operation can still happen at EKS. */
  readonly inDoubtUntil: number;
  /** The association's `modifiedAt` when the operation began; null for a create. */
  readonly modifiedAtBefore: string | null;
  /** From when the record may be forgotten; null exactly while IN_PROGRESS. */
  readonly expiresAt: number | null;
  /** Earlier operations of this record that were released without proof that EKS would never do them. */
  readonly inDoubtOperationIds: readonly string[];
  /** Set exactly when SUCCEEDED or REFUSED. */
  readonly result: RecordedResult | null;
}

/**
 * What must be true of the stored record for a commit to be written; otherwise nothing is.
 *
 * - `free`: there is none, or it is not IN_PROGRESS and `expiresAt` is at or before `now`;
 * - `released`: it is RELEASED, of this operation and fence;
 * - `leased`: it is IN_PROGRESS, of this operation and fence;
 * - `lease-expired`: as `leased`, and its `leaseUntil` is at or before `now`.
 */
export type Expectation =
  | { readonly kind: 'free'; readonly now: number }
  | { readonly kind: 'released' | 'leased'; readonly operationId: string; readonly fence: number }
  | { readonly kind: 'lease-expired'; readonly operationId: string; readonly fence: number; readonly now: number };

export type CommitResult =
  | { readonly kind: 'committed' }
  /** Nothing was written; `record` is what stands there (null: nothing does). */
  | { readonly kind: 'conflict'; readonly record: IdempotencyRecord | null };

/** A part of the trail that can be read on its own, each over an index of its own; `all` is read day by day. */
export type AuditPartition =
  | ({ readonly kind: 'cluster' } & ClusterRef)
  | ({ readonly kind: 'namespace' } & Omit<AssociationTarget, 'serviceAccount'>)
  | ({ readonly kind: 'serviceAccount' } & AssociationTarget)
  | { readonly kind: 'principal'; readonly principalId: string }
  | { readonly kind: 'association'; readonly associationArn: string }
  | { readonly kind: 'operation'; readonly operationId: string }
  | { readonly kind: 'all' };

/** What to read of the trail. */
export interface TrailQuery {
  readonly partition: AuditPartition;
  /** Milliseconds since the epoch, inclusive; null: from the first entry. */
  readonly since: number | null;
  /** Milliseconds since the epoch, exclusive; null: up to the last entry. */
  readonly until: number | null;
  /** Only entries of these events; null: of all. */
  readonly events: readonly AuditEvent[] | null;
  /** Only entries of these operations; null: of all. */
  readonly operations: readonly OperationKind[] | null;
  /** The most entries that the page may hold, at least 1. */
  readonly limit: number;
  /**
   * A position, behind which the page begins: the `entryId` of the last entry that was read, or `next` of the page before.
   * A position is an instant and no more, so one of another section does no harm. Null: begin with the newest.
   */
  readonly before: string | null;
}

export interface TrailPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** Position from which to go on; null when nothing older is left. */
  readonly next: string | null;
}

/**
 * The one place that remembers: token records, and the insert-only trail. Two stores stand behind it, held to one
 * contract suite. Every method throws `LedgerUnavailable` when the store can't be reached or doesn't answer in time; a
 * write may then have been applied or not.
 */
export interface Ledger {
  /**
   * Writes `next` in place of the record of the same `idempotencyKey`, if that meets `expected`, and with it `entries`, all or
   * nothing. An entry of the same key must not exist, unless it is equal: then this very commit was applied before (its
   * answer was lost), and the result is `committed`.
   */
  commit(expected: Expectation, next: IdempotencyRecord, entries: readonly AuditEntry[]): Promise<CommitResult>;

  /** A token's record, by its key; null when there is none. Consistent. */
  getRecord(idempotencyKey: string): Promise<IdempotencyRecord | null>;

  /** Adds one entry to the trail. To add the same entry again changes nothing; another one under its key throws. */
  appendEntry(entry: AuditEntry): Promise<void>;

  /** One entry, by its key; null when there is none. Consistent. */
  getEntry(key: { readonly operationId: string; readonly entryId: string }): Promise<AuditEntry | null>;

  /** All entries of an operation, oldest first. Consistent. */
  operationEntries(operationId: string): Promise<AuditEntry[]>;

  /**
   * A page of the trail. What it costs is bounded, and does not depend on how long the trail is: it examines at most 1,000
   * entries, and of those that pass the query's filters at most `limit` + 1 and as many more as the filters had left out
   * before. A page may therefore be shorter than `limit`, or empty, though `next` says where to go on; after such a page
   * the next may turn out to be the last, and empty. After a full page there is always more where `next` is set.
   *
   * May lag: an entry that was written just now may be missing, also in the middle of a page. Throws where `limit` is not
   * a whole number of at least 1, or `before` is no position: see `isTrailPosition`.
   */
  readTrail(query: TrailQuery): Promise<TrailPage>;

  /** Records IN_PROGRESS whose lease ended at or before `now`, the longest expired first, at most `limit`. May lag. */
  expiredLeases(now: number, limit: number): Promise<IdempotencyRecord[]>;

  /** Lets go of files and connections. */
  close(): void;
}

/** The store can't be reached, or didn't answer in time. What was to be written may have been, or not. */
export class LedgerUnavailable extends Error {
  readonly code = 'LEDGER_UNAVAILABLE';
  constructor(cause: unknown) {
    super('The ledger is unavailable.', { cause });
    this.name = 'LedgerUnavailable';
  }
}

/** The error of a ledger call that takes longer than its request may wait. */
export function ledgerTimeout(): LedgerUnavailable {
  return new LedgerUnavailable(new Error('The ledger did not answer within the time of the request.'));
}
