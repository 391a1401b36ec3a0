import { auditContextOf, makeEntry } from '../../../../src/ledger/audit-entry.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { AuditPartition, Ledger, Locks } from '../../../../src/ledger/ledger.ts';
import { lockPrefix } from '../../../../src/model/audit.ts';
import { withLifted } from '../../../../src/model/lifted-lock.ts';
import { describeLock, isSameScope } from '../../../../src/model/lock.ts';
import type { Lock, LockScope } from '../../../../src/model/lock.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';

/** What locks are changed with. */
export interface LockDependencies {
  readonly ledger: Pick<Ledger, 'getLocks' | 'putLocks' | 'readTrail'>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly ulid: (time: number) => string;
}

/** A change of one lock. */
export interface LockChange {
  readonly kind: 'lock' | 'lift';
  readonly scope: LockScope;
  /** Whether the lock is to stop reads too. Default: false. */
  readonly stopsReads?: boolean;
  readonly reason: string | null;
  readonly operator: RecordedPrincipal;
}

/** What became of a change. */
export interface ChangedLocks {
  /** `unchanged`: the lock is set already, or there is none to lift. */
  readonly kind: 'changed' | 'unchanged';
  /** The lock that was set, found or lifted; null if there was none to lift. */
  readonly lock: Lock | null;
  /** All locks that are set now. */
  readonly locks: readonly Lock[];
}

/** Each round finds locks that another operator changed since the round before. */
const maxRounds = 10;

/**
 * Sets or lifts a lock and records it in the audit trail, in one transaction. A lock that is set
 * already keeps its reason, unless it does not stop reads and is to stop them. Throws
 * `LedgerUnavailable`, and an Error if there are too many locks.
 */
export async function changeLocks(deps: LockDependencies, change: LockChange): Promise<ChangedLocks> {
  const { scope } = change;
  for (let round = 0; round < maxRounds; round += 1) {
    const { revision, locks, lifted } = await deps.ledger.getLocks();
    const found = locks.find((lock) => isSameScope(lock.scope, scope)) ?? null;
    const lock = changedLock(deps, change, found);
    if (lock === null) return { kind: 'unchanged', lock: found, locks };
    const others = locks.filter((other) => other !== found);
    const next = change.kind === 'lock' ? [...others, lock] : others;
    const kept = change.kind === 'lift' ? liftedAfter(deps, lifted, lock, revision + 1) : lifted;
    const written = await deps.ledger.putLocks(
      { revision: revision + 1, locks: next, ...(kept === undefined ? {} : { lifted: kept }) },
      entryOf(deps, change, lock),
    );
    if (written) return { kind: 'changed', lock, locks: next };
  }
  throw new Error('Other commands change the locks at the same time. Run the command again.');
}

/** The lifted locks once this one is lifted. Votes are judged by those on principals. */
function liftedAfter({ clock }: LockDependencies, lifted: Locks['lifted'], { scope }: Lock, revision: number) {
  if (scope.kind !== 'PRINCIPAL') return lifted;
  const liftedAt = new Date(clock()).toISOString();
  return withLifted(lifted ?? [], { principalId: scope.principalId, revision, liftedAt });
}

/** The lock to set or to lift; null if there is nothing to do. */
function changedLock({ clock }: LockDependencies, change: LockChange, found: Lock | null): Lock | null {
  const { kind, scope, stopsReads = false, reason, operator } = change;
  if (kind === 'lift') return found;
  if (found !== null && (!stopsReads || found.stopsReads === true)) return null;
  const lockedAt = new Date(clock()).toISOString();
  return { scope, ...(stopsReads ? { stopsReads } : {}), reason, lockedBy: operator.id, lockedAt };
}

function entryOf(deps: LockDependencies, { kind, reason, operator }: LockChange, lock: Lock) {
  const operationId = `${lockPrefix}${deps.ulid(deps.clock())}`;
  const identity = {
    principal: operator,
    actor: null,
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/lock',
    apiRequestId: operationId,
  };
  const context = { ...auditContextOf({ recordPrincipal: () => operator }, 'LOCK_CHANGES', identity), reason };
  const what = describeLock(lock);
  return makeEntry(deps, context, {
    operationId,
    event: kind === 'lock' ? 'LOCKED' : 'UNLOCKED',
    message:
      kind === 'lock' ? `Locked ${what}.` : `Lifted the lock on ${what}, set by ${lock.lockedBy} at ${lock.lockedAt}.`,
  });
}

/**
 * Whether the audit trail has an entry of the principal or cluster: one that it does not know may
 * be a typing error.
 */
export async function isKnown({ ledger }: LockDependencies, scope: LockScope): Promise<boolean> {
  const partition = partitionOf(scope);
  if (partition === null) return true;
  const { entries } = await ledger.readTrail({ ...noFilters, partition, limit: 1, before: null });
  return entries.length > 0;
}

function partitionOf(scope: LockScope): AuditPartition | null {
  switch (scope.kind) {
    case 'ALL':
      return null;
    case 'CLUSTER':
      return { ...scope, kind: 'cluster' };
    case 'PRINCIPAL':
      return { kind: 'principal', principalId: scope.principalId };
  }
}
