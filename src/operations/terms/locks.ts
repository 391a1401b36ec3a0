import type { ClaimRequest } from '../../idempotency/claim-request.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Locks, LocksReader } from '../../ledger/ledger.ts';
import { describeScope, lockFor, readsLockFor } from '../../model/lock.ts';
import type { Lock, LockMemory } from '../../model/lock.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from './admission.ts';
import type { AdmittedMutation } from './admission.ts';

/** Where the locks are read, and remembered. */
export interface LockSource {
  readonly ledger: LocksReader;
  readonly lockMemory: LockMemory;
  readonly clock: Clock;
}

/** Reads the locks that are set, and remembers them. Throws `LedgerUnavailable`. */
export async function readLocks(source: LockSource): Promise<readonly Lock[]> {
  return (await readAllLocks(source)).locks;
}

/**
 * Reads the locks, also the lifted ones, and remembers those that are set. Throws
 * `LedgerUnavailable`.
 */
export async function readAllLocks({ ledger, lockMemory, clock }: LockSource): Promise<Locks> {
  const at = clock();
  try {
    const read = await ledger.getLocks();
    const { locks } = read;
    lockMemory.mayBeSet = locks.length > 0;
    lockMemory.lastRead = { locks, at };
    return read;
  } catch (error) {
    lockMemory.mayBeSet = true;
    throw error;
  }
}

/**
 * How long the reads of a process rely on the locks that it read last, in milliseconds. A change
 * reads the locks itself; reads are more frequent, and would pay a call each for what is seldom
 * set.
 */
export const lockMemoryMs = 10_000;

/**
 * The lock that stops the reads of a caller; null if none does. As of at most {@link lockMemoryMs}
 * ago. Throws `LedgerUnavailable` if it is not known.
 *
 * @param deadline when the answer must be sent, in milliseconds since the epoch
 */
export async function findReadsLock(
  source: LockSource,
  { principal, actor }: Pick<RequestIdentity, 'principal' | 'actor'>,
  deadline: number,
): Promise<Lock | null> {
  const now = source.clock();
  const { lastRead } = source.lockMemory;
  // A clock that was set back makes them unknown, not known for longer.
  const isKnown = lastRead !== undefined && lastRead.at <= now && now - lastRead.at < lockMemoryMs;
  const locks = isKnown ? lastRead.locks : await withDeadline(deadline - now, readLocks(source), ledgerTimeout);
  return readsLockFor(locks, [principal.id, ...(actor ? [actor.id] : [])]);
}

/**
 * Reads the locks for an admitted mutation: one strongly consistent read, so that a lock stops
 * every request that reads after it was set. Throws `LedgerUnavailable`.
 */
export function locksFor(source: LockSource, mutation: AdmittedMutation): Promise<Locks> {
  return withDeadline(effectDeadline(mutation) - source.clock(), readAllLocks(source), ledgerTimeout);
}

/**
 * The lock that stops an admitted mutation; null if none does. The person in onBehalfOf is known
 * from the decision.
 */
export function lockOn({ locks }: Pick<Locks, 'locks'>, mutation: AdmittedMutation): Lock | null {
  const { principal, actor } = mutation.authorization.identity;
  const person = mutation.audit.decision?.slice.person;
  const principalIds = [principal, actor, person].flatMap((one) => one?.id ?? []);
  return lockFor(locks, { cluster: mutation.target, principalIds });
}

/**
 * Begins to read the locks for a claim. The claim waits for them while any lock may be set, so that
 * a locked principal in a loop does not add entries of changes to the trail with every request, but
 * only with the first that a process reads the lock for. `read` are the locks by which the request
 * was judged already; null: none were read.
 */
export function checkLocks(
  source: LockSource,
  mutation: AdmittedMutation,
  read: Locks | null,
): Pick<ClaimRequest, 'lock' | 'expectsLock'> {
  const expectsLock = read !== null || source.lockMemory.mayBeSet;
  const locks = read ? Promise.resolve(read) : locksFor(source, mutation);
  const lock = locks.then((all) => lockOn(all, mutation));
  // A request that is answered from its record does not wait for the locks, so it does not fail
  // because of them.
  lock.catch(() => undefined);
  return { lock, expectsLock };
}

/** The refusal of a change that a lock stops. Its advice names who set the lock, and why. */
export function lockedRefusal(lock: Lock): Refusal {
  const { scope, lockedBy, lockedAt, reason } = lock;
  const fields = refusalFields('CHANGES_LOCKED', `A lock has stopped ${describeScope(scope)} since ${lockedAt}.`);
  const why = reason === null ? 'gave no reason' : `gave the reason ${JSON.stringify(reason)}`;
  return { ...fields, advice: `${lockedBy} set the lock and ${why}. ${fields.advice}`, kind: 'ChangesLocked', lock };
}
