import type { ClusterRef } from './association.ts';

/** Whose changes a lock stops. */
export type LockScope =
  | { readonly kind: 'ALL' }
  | ({ readonly kind: 'CLUSTER' } & ClusterRef)
  /** Requests by this principal, through this service, or in the name of this person. */
  | { readonly kind: 'PRINCIPAL'; readonly principalId: string };

/** A lock: while it is set, no change in its scope begins. Plain JSON, stored in the ledger. */
export interface Lock {
  readonly scope: LockScope;
  /** Why it was set; null without a reason. */
  readonly reason: string | null;
  /** Id of the operator who set it, as in the audit entry. */
  readonly lockedBy: string;
  /** RFC 3339, UTC. */
  readonly lockedAt: string;
}

/** What a process remembers of the locks. One object for each process, which changes with every read. */
export interface LockMemory {
  /** Whether the last read showed any lock, of whatever scope, or failed. */
  mayBeSet: boolean;
}

/** What a change concerns, as far as locks matter. */
export interface LockSubject {
  readonly cluster: ClusterRef;
  /** Ids of the principal, of the actor, and of the person named by a service, as far as there are any. */
  readonly principalIds: readonly string[];
}

/** The widest lock that stops a change; null if none does. */
export function lockFor(locks: readonly Lock[], subject: LockSubject): Lock | null {
  const matching = locks.filter(({ scope }) => contains(scope, subject));
  return order.flatMap((kind) => matching.filter(({ scope }) => scope.kind === kind))[0] ?? null;
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

function clusterName({ accountId, region, clusterName: name }: ClusterRef): string {
  return [accountId, region, name].join('/');
}
