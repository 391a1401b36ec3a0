import { clusterKey } from '../api/cluster-key.ts';
import type { SentChange } from './change.ts';
import type { Draft } from './draft.ts';

/** A request that was submitted and has no final result yet. */
export interface Pending {
  /** Who submitted it: others who sign in on the same tab don't see it. */
  readonly viewerId: string;
  /** With its client request token. */
  readonly change: SentChange;
  /** What it is about, to show it. */
  readonly place: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string };
  /** When it was submitted. Milliseconds since the epoch. */
  readonly submittedAt: number;
}

const key = 'pod-identity.request';

/**
 * Keeps a request in the storage of the tab, so that a reload can send it again with the same
 * token, which does not make the change twice. The token of a request is not a credential: without
 * a sign-in as the same principal, it is of no use. Null: forgets it.
 */
export function keepPending(pending: Pending | null): void {
  if (pending === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify(pending));
}

/** The request of a person that is kept; null without one. */
export function readPending(viewerId: string): Pending | null {
  const text = sessionStorage.getItem(key);
  const pending = text === null ? null : (JSON.parse(text) as Pending);
  return pending?.viewerId === viewerId ? pending : null;
}

let handed: Draft = {};

/** Gives the form what a URL does not have: a session policy, and a long reason. */
export function handOver({ policy, reason }: Draft): void {
  handed = { ...(policy !== undefined && { policy }), ...(reason !== undefined && { reason }) };
}

/** What was given to the form, once. */
export function takeHandedOver(): Draft {
  const taken = handed;
  handed = {};
  return taken;
}

const lastKey = 'pod-identity.last-cluster';

/**
 * Keeps the cluster that a person last sent a create for, so that the next form of theirs in this
 * browser begins with it.
 */
export function keepLastCluster(viewerId: string, cluster: Draft): void {
  localStorage.setItem(lastKey, JSON.stringify([viewerId, clusterKey(cluster)]));
}

/** Its {@link clusterKey}; null if the person has used none, or others used one since. */
export function readLastCluster(viewerId: string): string | null {
  const [who, cluster] = JSON.parse(localStorage.getItem(lastKey) ?? '[]') as readonly (string | undefined)[];
  return who === viewerId ? (cluster ?? null) : null;
}

/** Forgets it. */
export function forgetLastCluster(): void {
  localStorage.removeItem(lastKey);
}
