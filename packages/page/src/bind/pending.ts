import type { SentChange } from './change.ts';

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
