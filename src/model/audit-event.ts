/** What happened to a request. Each value is described in `schema.graphql`. */
export type AuditEvent =
  | 'INVALID'
  | 'DENIED'
  | 'CHECKED'
  | 'INTENT'
  | 'SUCCEEDED'
  | 'REFUSED'
  | 'RELEASED'
  | 'UNKNOWN'
  | 'TAKEN_OVER'
  | 'REPLAYED'
  | 'CONTENDED'
  | 'TOKEN_REUSED'
  | 'LATE_SUCCESS'
  | 'TRAIL_READ'
  | 'LOCKED'
  | 'UNLOCKED'
  | 'DRIFT_FOUND'
  | 'DRIFT_RESOLVED'
  | 'APPROVAL_REQUESTED'
  | 'APPROVED'
  | 'REJECTED'
  | 'APPROVAL_EXPIRED'
  | 'APPROVAL_USED'
  | 'APPROVAL_WITHDRAWN'
  | 'APPROVAL_VOTE_VOIDED'
  | 'EXPIRY_WARNED'
  | 'LOG_PERMITTED'
  | 'STATE_REPAIRED'
  | 'CLUSTER_GONE'
  | 'PERSONAL_DATA_ERASED';

/**
 * Whether an event is of a change, written by its lease holders, or by a scan that found a change
 * of others, or announces one. The trail of a cluster contains only these, and those of a
 * namespace, service account or association these without {@link clusterEvents}.
 */
const isOfChange: Readonly<Record<AuditEvent, boolean>> = {
  INVALID: false,
  DENIED: false,
  CHECKED: false,
  INTENT: true,
  SUCCEEDED: true,
  REFUSED: true,
  RELEASED: true,
  UNKNOWN: true,
  TAKEN_OVER: true,
  REPLAYED: false,
  CONTENDED: false,
  TOKEN_REUSED: false,
  LATE_SUCCESS: true,
  TRAIL_READ: false,
  LOCKED: false,
  UNLOCKED: false,
  DRIFT_FOUND: true,
  DRIFT_RESOLVED: true,
  APPROVAL_REQUESTED: true,
  APPROVED: true,
  REJECTED: true,
  APPROVAL_EXPIRED: true,
  APPROVAL_USED: true,
  APPROVAL_WITHDRAWN: true,
  APPROVAL_VOTE_VOIDED: true,
  EXPIRY_WARNED: true,
  LOG_PERMITTED: false,
  STATE_REPAIRED: true,
  CLUSTER_GONE: true,
  PERSONAL_DATA_ERASED: false,
};

/** Whether an entry's event is one that this version knows. */
export function isAuditEvent(event: string): event is AuditEvent {
  return Object.hasOwn(isOfChange, event);
}

/**
 * The other events: of requests that changed nothing, of reads, of locks, of the signed log, and of
 * erasures.
 */
export const otherEvents = (Object.keys(isOfChange) as AuditEvent[]).filter((event) => !isOfChange[event]);

/** Events of a cluster as a whole, of which the trails of what is in it have no entry. */
export const clusterEvents: readonly AuditEvent[] = ['CLUSTER_GONE'];

/**
 * Of these events of changes, every operation that was claimed has exactly one: the one that closes
 * it.
 */
export const closingEvents: readonly AuditEvent[] = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** True for the event that closes an operation. */
export function isClosing(event: AuditEvent): boolean {
  return closingEvents.includes(event);
}
