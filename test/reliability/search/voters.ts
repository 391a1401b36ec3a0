import type { Lock } from '../../../src/model/lock.ts';
import type { LiftedLock } from '../../../src/model/lifted-lock.ts';
import type { Approver } from './asked-needs.ts';
import type { ScenarioEvent } from './scenario.ts';

/** The locks on principals, which operators set and lift. Each write of the locks has the next revision. */
export function makeVoterLocks() {
  const locks: Lock[] = [];
  const lifted: LiftedLock[] = [];
  const set: { readonly by: string; readonly revision: number }[] = [];
  let revision = 0;
  const isOf =
    (by: string | undefined) =>
    ({ scope }: Lock) =>
      scope.kind === 'PRINCIPAL' && scope.principalId === by;
  return {
    set(by: string): void {
      if (locks.some(isOf(by))) return;
      revision += 1;
      set.push({ by, revision });
      locks.push({ scope: { kind: 'PRINCIPAL', principalId: by }, reason: null, lockedBy: 'pat', lockedAt: '' });
    },
    lift(by: string): void {
      const index = locks.findIndex(isOf(by));
      if (index < 0) return;
      revision += 1;
      locks.splice(index, 1);
      lifted.push({ principalId: by, revision, liftedAt: '' });
    },
    /** What a read of the locks shows. */
    read: () => ({ revision, locks: [...locks], lifted: [...lifted] }),
    /** Whether a principal is locked. */
    isLocked: (by: string | undefined): boolean => locks.some(isOf(by)),
    /** Whether a lock was set on an approver after one read of the locks and not after another one. */
    wasSetBetween: (by: Approver, earlier: number, later: number): boolean =>
      set.some((one) => one.by === by && one.revision > earlier && one.revision <= later),
  };
}

export type VoterLocks = ReturnType<typeof makeVoterLocks>;

/** Locks an approver or not any more, or publishes a version that denies their votes, or nobody's. */
export function applyToVoter(
  {
    voterLocks,
    versions,
  }: {
    readonly voterLocks: VoterLocks;
    readonly versions: { readonly denyVotes: (denied: Approver | null) => void };
  },
  { by, what }: Extract<ScenarioEvent, { readonly do: 'voter' }>,
): void {
  if (what === 'lock') voterLocks.set(by);
  else if (what === 'lift') voterLocks.lift(by);
  else versions.denyVotes(what === 'deny' ? by : null);
}
