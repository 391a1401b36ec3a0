import type { ReadApproval } from '../../idempotency/approval-use.ts';
import type { Locks } from '../../ledger/ledger.ts';

/** An approval that was read, and whether its votes count when an operation begins by it. */
export interface JudgedApproval extends ReadApproval {
  /**
   * The locks by which the votes were judged; null where none of its operations begins before
   * others are read.
   */
  readonly locks: Locks | null;
  /** Whether every vote counts with these locks. */
  readonly votesCount: (locks: Locks) => boolean;
}
