import type { ClusterRef } from './association.ts';

/** Whose changes a lock stops, and whose reads if it stops those too. */
export type LockScope =
  | { readonly kind: 'ALL' }
  | ({ readonly kind: 'CLUSTER' } & ClusterRef)
  /** Requests by this principal, through this service, or in the name of this person. */
  | { readonly kind: 'PRINCIPAL'; readonly principalId: string };

/** A lock: while it is set, no change in its scope begins. Plain JSON, stored in the ledger. */
export interface Lock {
  readonly scope: LockScope;
  /**
   * Set on a lock that also stops reads: those of the principal, those at EKS in the cluster, or
   * all. The scans stop with the reads of their clusters.
   */
  readonly stopsReads?: true;
  /** Why it was set; null without a reason. */
  readonly reason: string | null;
  /** Id of the operator who set it, as in the audit entry. */
  readonly lockedBy: string;
  /** RFC 3339, UTC. */
  readonly lockedAt: string;
}

/**
 * What a process remembers of the locks. One object for each process, which changes with every
 * read.
 */
export interface LockMemory {
  /** Whether the last read showed any lock, of whatever scope, or failed. */
  mayBeSet: boolean;
  /**
   * The locks that the last successful read showed, and when it was sent, in milliseconds since the
   * epoch; unset before it.
   */
  lastRead?: { readonly locks: readonly Lock[]; readonly at: number };
}

/** What a change concerns, as far as locks matter. */
export interface LockSubject {
  readonly cluster: ClusterRef;
  /**
   * Ids of the principal, of the actor, and of the person named by a service, as far as there are
   * any.
   */
  readonly principalIds: readonly string[];
}

/** The widest lock that stops a change; null if none does. */
export function lockFor(locks: readonly Lock[], subject: LockSubject): Lock | null {
  const matching = locks.filter(({ scope }) => contains(scope, subject));
  return order.flatMap((kind) => matching.filter(({ scope }) => scope.kind === kind))[0] ?? null;
}

/** The lock that stops the reads of a caller with these ids; null if none does. */
export function readsLockFor(locks: readonly Lock[], principalIds: readonly string[]): Lock | null {
  const isOfCaller = ({ scope }: Lock) =>
    scope.kind === 'ALL' || (scope.kind === 'PRINCIPAL' && principalIds.includes(scope.principalId));
  return locks.find((lock) => lock.stopsReads === true && isOfCaller(lock)) ?? null;
}

/**
 * The lock that stops reads at EKS in a cluster, regardless of who asks for them; null if none
 * does.
 */
export function clusterReadsLockFor(locks: readonly Lock[], cluster: ClusterRef): Lock | null {
  return lockFor(
    locks.filter(({ stopsReads }) => stopsReads === true),
    { cluster, principalIds: [] },
  );
}

const order: readonly LockScope['kind'][] = ['ALL', 'CLUSTER', 'PRINCIPAL'];

function contains(scope: LockScope, { cluster, principalIds }: LockSubject): boolean {
  switch (scope.kind) {
    case 'ALL':
      return true;
    case 'CLUSTER':
      return clusterName(scope) === clusterName(cluster);
    case 'PRINCIPAL':
      return principalIds.includes(scope.principalId);
  }
}

/** Whether two scopes are the same. */
export function isSameScope(one: LockScope, other: LockScope): boolean {
  return describeScope(one) === describeScope(other);
}

/** Names the changes in a scope, as part of a sentence. Different scopes have different names. */
export function describeScope(scope: LockScope): string {
  switch (scope.kind) {
    case 'ALL':
      return 'all changes';
    case 'CLUSTER':
      return `changes in the cluster ${clusterName(scope)}`;
    case 'PRINCIPAL':
      return `changes by ${scope.principalId}`;
  }
}

/** Names what a lock stops, as part of a sentence. */
export function describeLock({ scope, stopsReads }: Pick<Lock, 'scope' | 'stopsReads'>): string {
  return stopsReads === true ? `reads and ${describeScope(scope)}` : describeScope(scope);
}

function clusterName({ accountId, region, clusterName: name }: ClusterRef): string {
  return [accountId, region, name].join('/');
}
