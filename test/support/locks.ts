import { monotonicFactory } from 'ulid';
import { changeLocks } from '../../packages/operator/src/lock/change-locks.ts';
import type { LockChange } from '../../packages/operator/src/lock/change-locks.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LockScope } from '../../src/model/lock.ts';

/** The operator of the tests. */
export const operator: LockChange['operator'] = {
  id: 'arn:aws:sts::111122223333:assumed-role/operator/pat',
  kind: 'USER',
  groups: [],
  sessionName: null,
  otherGroups: null,
};

/** Sets and lifts locks as the command does. */
export function lockOperations(ledger: Ledger) {
  const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
  return {
    lock: (scope: LockScope, reason: string | null = null, options: Pick<LockChange, 'stopsReads'> = {}) =>
      changeLocks(deps, { kind: 'lock', scope, reason, operator, ...options }),
    lift: (scope: LockScope) => changeLocks(deps, { kind: 'lift', scope, reason: null, operator }),
  };
}
