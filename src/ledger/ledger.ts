import type { Association } from '../model/association.ts';
import type { AuditEntry, OperationKind } from '../model/audit.ts';
import type { Refusal } from '../model/refusal.ts';

/** `IN_PROGRESS` until finished; `RELEASED` certainly not done and free to begin again; the others are final. */
export type TokenState = 'IN_PROGRESS' | 'SUCCEEDED' | 'REFUSED' | 'RELEASED';

/** The answer that a final record keeps for replays. Exactly one of the first two is set. */
export interface RecordedAnswer {
  readonly association: Association | null;
  readonly refusal: Refusal | null;
  /** RFC 3339, UTC. */
  readonly answeredAt: string;
}

/** What the ledger remembers of one request token. Plain JSON; times in milliseconds since the epoch. */
export interface TokenRecord {
  /** SHA-256 (hex) over who asked, for what operation, with which token. The record's key. */
  readonly tokenKey: string;
  readonly operation: OperationKind;
  /** The operation that the record is going through, or went through last. */
  readonly operationId: string;
  /** Grows by one with every holder. Only the holder of the current fence may write. */
  readonly fence: number;
  readonly state: TokenState;
  /** SHA-256 (hex) of the canonical request. */
  readonly fingerprint: string;
  /** Begin of the operation (`t0`), and the signing date of its create. */
  readonly startedAt: number;
  /** Until when the holder may work on it; past this, anyone may take over. */
  readonly leaseUntil: number;
  /** From when nothing of the operation can still happen at EKS. */
  readonly quietAfter: number;
  /** From when the record may be forgotten; null exactly while IN_PROGRESS. */
  readonly expiresAt: number | null;
  /** Earlier operations of this record that were released without proof that EKS would never do them. */
  readonly doubtfulOperationIds: readonly string[];
  /** Set exactly when SUCCEEDED or REFUSED. */
  readonly answer: RecordedAnswer | null;
}

/**
 * What must be true of the stored record for a commit to be written; otherwise nothing is.
 *
 * - `free`: there is none, or it is not IN_PROGRESS and `expiresAt` is at or before `now`;
 * - `released`: it is RELEASED, of this operation and fence;
 * - `held`: it is IN_PROGRESS, of this operation and fence;
 * - `lapsed`: as `held`, and its `leaseUntil` is at or before `now`.
 */
export type Expectation =
  | { readonly kind: 'free'; readonly now: number }
  | { readonly kind: 'released' | 'held'; readonly operationId: string; readonly fence: number }
  | { readonly kind: 'lapsed'; readonly operationId: string; readonly fence: number; readonly now: number };

export type CommitResult =
  | { readonly kind: 'committed' }
  /** Nothing was written; `record` is what stands there (null: nothing does). */
  | { readonly kind: 'conflict'; readonly record: TokenRecord | null };

/**
 * The one place that remembers: token records, and the insert-only trail. Two stores stand behind it, held to one
 * contract suite. Every method throws `LedgerUnavailable` when the store can't be reached or doesn't answer in time; a
 * write may then have been applied or not.
 */
export interface Ledger {
  /**
   * Writes `next` in place of the record of the same `tokenKey`, if that meets `expected`, and with it `entries`, all or
   * nothing. An entry of the same key must not exist, unless it is equal: then this very commit was applied before (its
   * answer was lost), and the result is `committed`.
   */
  commit(expected: Expectation, next: TokenRecord, entries: readonly AuditEntry[]): Promise<CommitResult>;

  /** Adds one entry to the trail. To add the same entry again changes nothing; another one under its key throws. */
  append(entry: AuditEntry): Promise<void>;

  /** One entry, by its key; null when there is none. Consistent. */
  entry(key: { readonly operationId: string; readonly entryId: string }): Promise<AuditEntry | null>;

  /** All entries of an operation, oldest first. Consistent. */
  operationEntries(operationId: string): Promise<AuditEntry[]>;

  /** Records IN_PROGRESS whose lease ended at or before `now`, the longest lapsed first, at most `limit`. May lag. */
  lapsed(now: number, limit: number): Promise<TokenRecord[]>;

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
