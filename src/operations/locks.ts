import { ledgerTimeout } from '../ledger/ledger.ts';
import { describeScope, lockFor } from '../model/lock.ts';
import type { Lock } from '../model/lock.ts';
import { refusalFields } from '../model/refusal.ts';
import type { Refusal } from '../model/refusal.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Dependencies } from './dependencies.ts';
import { effectDeadline } from './operation.ts';
import type { AdmittedMutation } from './operation.ts';

/**
 * The lock that stops an admitted mutation; null if none does. One strongly consistent read, so that a lock stops every
 * request that reads after it was set. A person whom a service names is known from the decision. Throws `LedgerUnavailable`.
 */
export async function findLock(
  deps: Pick<Dependencies, 'ledger' | 'clock'>,
  mutation: AdmittedMutation,
): Promise<Lock | null> {
  const reading = deps.ledger.getLocks();
  const { locks } = await withDeadline(effectDeadline(mutation) - deps.clock(), reading, ledgerTimeout);
  const { principal, actor } = mutation.authorization.identity;
  const person = mutation.audit.decision?.slice.person;
  const principalIds = [principal, actor, person].flatMap((one) => one?.id ?? []);
  return lockFor(locks, { cluster: mutation.target, principalIds });
}

/** The refusal of a change that a lock stops. Its advice names who set the lock, and why. */
export function lockedRefusal(lock: Lock): Refusal {
  const { scope, lockedBy, lockedAt, reason } = lock;
  const fields = refusalFields('CHANGES_LOCKED', `A lock has stopped ${describeScope(scope)} since ${lockedAt}.`);
  const why = reason === null ? 'gave no reason' : `gave the reason ${JSON.stringify(reason)}`;
  return { ...fields, advice: `${lockedBy} set the lock and ${why}. ${fields.advice}`, kind: 'ChangesLocked', lock };
}
