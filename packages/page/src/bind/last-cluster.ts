import { clusterKey } from './draft.ts';
import type { Draft } from './draft.ts';

const key = 'pod-identity.last-cluster';

/**
 * Keeps the cluster that a person last sent a create for, so that the next form of theirs in this
 * browser begins with it.
 */
export function keepLastCluster(viewerId: string, cluster: Draft): void {
  localStorage.setItem(key, JSON.stringify([viewerId, clusterKey(cluster)]));
}

/** Its {@link clusterKey}; null if the person has used none, or others used one since. */
export function readLastCluster(viewerId: string): string | null {
  const [who, cluster] = JSON.parse(localStorage.getItem(key) ?? '[]') as readonly (string | undefined)[];
  return who === viewerId ? (cluster ?? null) : null;
}

/** Forgets it. */
export function forgetLastCluster(): void {
  localStorage.removeItem(key);
}
