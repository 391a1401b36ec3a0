import { createHash } from 'node:crypto';
import type { AssociationTarget } from '../model/association.ts';

/**
 * When an association ends, as the last successful request that named an expiry set it. It belongs
 * to one association, not to its successor.
 */
export interface Expiry {
  readonly associationId: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
  /** The operation that set it: with another one, it is another expiry. */
  readonly setBy: string;
  /** Whose request set it; absent if a version of the gateway set it that did not record that. */
  readonly setter?: ExpirySetter;
  /** Whether its warning was recorded, or was not due before its end. */
  readonly isWarned: boolean;
  /** When the function `expire` examines it next. Milliseconds since the epoch. */
  readonly nextAt: number;
  /** Why it could not be carried out when it was examined last; null if nothing kept it. */
  readonly suspendedFor: ExpiryObstacle | null;
  /**
   * When it was held as one of a burst, milliseconds since the epoch: once at most. Absent if it
   * was not.
   */
  readonly heldAt?: number;
  /** Id of the run that held it. Absent if it was not, or an earlier version of the gateway did. */
  readonly heldBy?: string;
}

/**
 * The authenticated identity that set an expiry. A declaration is not part of it: anyone can name
 * one.
 */
export interface ExpirySetter {
  readonly principalId: string;
  readonly actorId: string | null;
  /**
   * The person whom a service named, by {@link personKeyOf}; by name if an earlier version of the
   * gateway set it.
   */
  readonly onBehalfOf: string | null;
}

/** A person as a setter: SHA-256 over the name, which only the entry of the operation has. */
export function personKeyOf(onBehalfOf: string | null): string | null {
  if (onBehalfOf === null || personKey.test(onBehalfOf)) return onBehalfOf;
  return `sha256:${createHash('sha256').update(onBehalfOf).digest('hex')}`;
}

const personKey = /^sha256:[0-9a-f]{64}$/;

/** An expiry in the due list, as some revision of its state had it. */
export interface ListedExpiry {
  readonly target: AssociationTarget;
  readonly revision: number;
  readonly expiry: Expiry;
  /** Whether a scan found that others changed or deleted the association. */
  readonly hasDrift: boolean;
}

/**
 * What keeps a due expiry from being carried out until others act: the association was changed
 * outside the gateway, an operation on the service account stays open, the inventory lacks the
 * cluster, or EKS refuses the delete.
 */
export type ExpiryObstacle = 'CHANGED_OUTSIDE' | 'OPERATION_OPEN' | 'CLUSTER_NOT_SERVED' | 'REFUSED';

/**
 * The expiries of associations, as the function `expire` finds them. The method throws as those of
 * the ledger do.
 */
export interface Expiries {
  /**
   * The expiries to examine: up to `limit` that were not warned of and are examined next at or
   * before `warnUntil`, and as many others that are at or before `now` (milliseconds since the
   * epoch); of each kind the earliest. Without those of another format version. Eventually
   * consistent.
   */
  dueExpiries(due: { readonly warnUntil: number; readonly now: number }, limit: number): Promise<ListedExpiry[]>;
}
