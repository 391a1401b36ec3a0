import type { AuditEvent } from '../model/audit-event.ts';

/** Which entries of an audit event become events. */
type Selection =
  /** All of them. */
  | 'ALL'
  /**
   * Those of a lease holder: of an operation that began. A refusal without a lease began nothing.
   */
  | 'LEASED'
  /** A share, see `isSampled`. They have no predecessor and are none. */
  | 'SAMPLED';

/** What an audit entry becomes. */
interface Placement {
  /** The `type` of the event. Part of the schema: a type is never renamed. */
  readonly type: string;
  /** The `detail-type` at EventBridge. */
  readonly detailType: string;
  readonly selection: Selection;
}

/**
 * The event of each kind of audit entry; null: none. A new kind does not compile until it is placed
 * here. The filters in deploy/events.yml name the kinds that become events.
 */
export const eventTypes = {
  INVALID: null,
  DENIED: { type: 'change.denied', detailType: 'Pod Identity Change Denied', selection: 'SAMPLED' },
  CHECKED: null,
  INTENT: null,
  SUCCEEDED: { type: 'change.succeeded', detailType: 'Pod Identity Change Succeeded', selection: 'ALL' },
  REFUSED: { type: 'change.refused', detailType: 'Pod Identity Change Refused', selection: 'LEASED' },
  RELEASED: { type: 'change.released', detailType: 'Pod Identity Change Released', selection: 'ALL' },
  UNKNOWN: { type: 'change.in-doubt', detailType: 'Pod Identity Change In Doubt', selection: 'ALL' },
  TAKEN_OVER: null,
  REPLAYED: null,
  CONTENDED: null,
  TOKEN_REUSED: null,
  LATE_SUCCESS: {
    type: 'change.succeeded-late',
    detailType: 'Pod Identity Change Succeeded Late',
    selection: 'ALL',
  },
  TRAIL_READ: null,
  LOCKED: { type: 'lock.set', detailType: 'Pod Identity Lock Set', selection: 'ALL' },
  UNLOCKED: { type: 'lock.lifted', detailType: 'Pod Identity Lock Lifted', selection: 'ALL' },
  DRIFT_FOUND: { type: 'drift.found', detailType: 'Pod Identity Drift Found', selection: 'ALL' },
  DRIFT_RESOLVED: { type: 'drift.resolved', detailType: 'Pod Identity Drift Resolved', selection: 'ALL' },
  APPROVAL_REQUESTED: { type: 'approval.requested', detailType: 'Pod Identity Approval Requested', selection: 'ALL' },
  APPROVED: { type: 'approval.approved', detailType: 'Pod Identity Approval Given', selection: 'ALL' },
  REJECTED: { type: 'approval.rejected', detailType: 'Pod Identity Approval Rejected', selection: 'ALL' },
  APPROVAL_EXPIRED: { type: 'approval.expired', detailType: 'Pod Identity Approval Expired', selection: 'ALL' },
  APPROVAL_USED: { type: 'approval.used', detailType: 'Pod Identity Approval Used', selection: 'ALL' },
  APPROVAL_WITHDRAWN: { type: 'approval.withdrawn', detailType: 'Pod Identity Approval Withdrawn', selection: 'ALL' },
  APPROVAL_VOTE_VOIDED: {
    type: 'approval.vote-voided',
    detailType: 'Pod Identity Approval Vote Voided',
    selection: 'ALL',
  },
  EXPIRY_WARNED: { type: 'ending.near', detailType: 'Pod Identity Association Ends Soon', selection: 'ALL' },
  LOG_PERMITTED: null,
  STATE_REPAIRED: null,
  CLUSTER_GONE: { type: 'cluster.gone', detailType: 'Pod Identity Cluster Gone', selection: 'ALL' },
  PERSONAL_DATA_ERASED: null,
} as const satisfies Readonly<Record<AuditEvent, Placement | null>>;

/** The type of an event. */
export type EventType = NonNullable<(typeof eventTypes)[AuditEvent]>['type'];

/** A placement with the types of the table. */
type TypedPlacement = Omit<Placement, 'type'> & { readonly type: EventType };

/** What an entry with this audit event becomes; null: no event. */
export function placementOf(event: AuditEvent): TypedPlacement | null {
  return eventTypes[event];
}

const auditEvents = Object.keys(eventTypes) as AuditEvent[];

/** The audit events whose entries can become events. */
export const deliveredEvents: readonly AuditEvent[] = auditEvents.filter((event) => placementOf(event) !== null);

/** Those whose events have predecessors. */
export const chainedEvents: readonly AuditEvent[] = deliveredEvents.filter(
  (event) => placementOf(event)?.selection !== 'SAMPLED',
);

/** The `detail-type` at EventBridge of an event. */
export function detailTypeOf(type: EventType): string {
  const event = deliveredEvents.find((one) => placementOf(one)?.type === type);
  if (event === undefined) throw new Error(`No audit event becomes ${type}.`);
  return placementOf(event)?.detailType ?? '';
}
