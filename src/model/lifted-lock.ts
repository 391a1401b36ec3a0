import { maxApprovalMs } from './approval.ts';
import type { Lock } from './lock.ts';

/**
 * A lock on a principal that was lifted. It is kept as long as an approval can be used, since a
 * vote does not count if its voter was locked at any time since. Plain JSON, stored with the locks.
 */
export interface LiftedLock {
  /**
   * Null stands for all that were left out, because there were too many: any principal may be among
   * them.
   */
  readonly principalId: string | null;
  /** The revision of the locks that lifted it. */
  readonly revision: number;
  /** RFC 3339, UTC. */
  readonly liftedAt: string;
}

/** The locks of one time, as far as they matter to votes. */
export interface LocksOfVoters {
  readonly locks: readonly Lock[];
  readonly lifted?: readonly LiftedLock[];
}

/** The most bytes that the lifted locks may take as JSON. In DynamoDB, 8 KB are 2 read units. */
export const maxLiftedBytes = 8_192;

/** An approval can be given for so long, and then used for as long; and clocks differ. */
const keptMs = 2 * maxApprovalMs + 3_600_000;

/**
 * The lifted locks with one more. The oldest that do not fit become one that stands for any
 * principal.
 */
export function withLifted(earlier: readonly LiftedLock[], lifted: LiftedLock): readonly LiftedLock[] {
  const since = Date.parse(lifted.liftedAt) - keptMs;
  const kept = [...earlier.filter(({ liftedAt }) => Date.parse(liftedAt) >= since), lifted];
  while (Buffer.byteLength(JSON.stringify(kept)) > maxLiftedBytes) {
    const [first, next = first] = kept.splice(0, 2);
    if (next) kept.unshift({ ...next, principalId: null });
  }
  return kept;
}

/**
 * Whether a lock was set on any of these principals after the locks had this revision, at which
 * none was: it is set, or was lifted since.
 */
export function wereLockedSince(
  { locks, lifted = [] }: LocksOfVoters,
  revision: number,
  principalIds: readonly string[],
): boolean {
  const isLocked = locks.some(({ scope }) => scope.kind === 'PRINCIPAL' && principalIds.includes(scope.principalId));
  const isOfThem = ({ principalId }: LiftedLock) => principalId === null || principalIds.includes(principalId);
  return isLocked || lifted.some((one) => one.revision > revision && isOfThem(one));
}
