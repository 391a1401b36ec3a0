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
  | 'UNLOCKED';

/**
 * The events of a change, which its lease holders write. The trails of a cluster, namespace, service account or association
 * contain only these.
 */
export const changeEvents: readonly AuditEvent[] = [
  'INTENT',
  'UNKNOWN',
  'TAKEN_OVER',
  'SUCCEEDED',
  'REFUSED',
  'RELEASED',
  'LATE_SUCCESS',
];

/** The other events: of requests that changed nothing, of reads, and of locks. */
export const otherEvents: readonly AuditEvent[] = [
  'INVALID',
  'DENIED',
  'CHECKED',
  'REPLAYED',
  'CONTENDED',
  'TOKEN_REUSED',
  'TRAIL_READ',
  'LOCKED',
  'UNLOCKED',
];

/** Of these events, every operation that was claimed has exactly one: the one that closes it. */
export const closingEvents: readonly AuditEvent[] = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** True for the event that closes an operation. */
export function isClosing(event: AuditEvent): boolean {
  return closingEvents.includes(event);
}

/** The events of an operation that is still open: its effect can be visible at EKS before the trail says so. */
export const openEvents: readonly AuditEvent[] = ['INTENT', 'UNKNOWN', 'TAKEN_OVER'];
