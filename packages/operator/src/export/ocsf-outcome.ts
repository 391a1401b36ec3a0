import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { AuditEvent } from '../../../../src/model/audit-event.ts';
import { operations } from '../../../../src/operations/kinds/operations.ts';
import { hasTrait } from '../../../../src/model/operation.ts';

/** `severity_id` of OCSF. */
export const severities = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;

type Severity = keyof typeof severities;

/** `status_id` of OCSF. `In Progress` is not in OCSF, which requires 99 (Other) for such values. */
export const statuses = { Unknown: 0, Success: 1, Failure: 2, 'In Progress': 99 } as const;

type Status = keyof typeof statuses;

/**
 * `activity_id` of the class API Activity. `Adopt`, `Approve` and `Check` are not in OCSF, hence 99
 * (Other).
 */
export const activities = { Create: 1, Read: 2, Update: 3, Delete: 4, Adopt: 99, Approve: 99, Check: 99 } as const;

type Activity = keyof typeof activities;

/** `byCode`: the status of the result that was replayed. */
const outcomeOf: Readonly<Record<AuditEvent, { readonly status: Status | 'byCode'; readonly severity: Severity }>> = {
  INVALID: { status: 'Failure', severity: 'Informational' },
  DENIED: { status: 'Failure', severity: 'Medium' },
  // A dry run succeeds whatever its result.
  CHECKED: { status: 'Success', severity: 'Informational' },
  INTENT: { status: 'In Progress', severity: 'Informational' },
  SUCCEEDED: { status: 'Success', severity: 'Informational' },
  REFUSED: { status: 'Failure', severity: 'Low' },
  RELEASED: { status: 'Failure', severity: 'Low' },
  UNKNOWN: { status: 'Unknown', severity: 'Medium' },
  TAKEN_OVER: { status: 'In Progress', severity: 'Low' },
  REPLAYED: { status: 'byCode', severity: 'Informational' },
  CONTENDED: { status: 'In Progress', severity: 'Informational' },
  TOKEN_REUSED: { status: 'Failure', severity: 'Low' },
  // EKS applied the change after another lease holder may have reported a different outcome.
  LATE_SUCCESS: { status: 'Success', severity: 'High' },
  TRAIL_READ: { status: 'Success', severity: 'Informational' },
  // Rare, and each of them stops or permits the work of others.
  LOCKED: { status: 'Success', severity: 'High' },
  UNLOCKED: { status: 'Success', severity: 'High' },
  LOG_PERMITTED: { status: 'Success', severity: 'High' },
  // What others changed around the gateway.
  DRIFT_FOUND: { status: 'Success', severity: 'High' },
  DRIFT_RESOLVED: { status: 'Success', severity: 'Informational' },
  APPROVAL_REQUESTED: { status: 'In Progress', severity: 'Informational' },
  APPROVED: { status: 'Success', severity: 'Low' },
  REJECTED: { status: 'Success', severity: 'Low' },
  APPROVAL_EXPIRED: { status: 'Failure', severity: 'Low' },
  APPROVAL_USED: { status: 'Success', severity: 'Informational' },
  APPROVAL_WITHDRAWN: { status: 'Success', severity: 'Informational' },
  // The vote no longer counts: its approver was locked, or lost the right to vote.
  APPROVAL_VOTE_VOIDED: { status: 'Failure', severity: 'Medium' },
  EXPIRY_WARNED: { status: 'Success', severity: 'Informational' },
  // Every association of the cluster went with it, and no operation deleted them.
  CLUSTER_GONE: { status: 'Success', severity: 'High' },
  STATE_REPAIRED: { status: 'Success', severity: 'Informational' },
  PERSONAL_DATA_ERASED: { status: 'Success', severity: 'High' },
};

/**
 * What an entry can be about besides the operations. Locks, scans, the log and erasures have no
 * GraphQL field.
 */
const otherOperations = {
  CHECK_CHANGES: { field: 'checkPodIdentityAssociations', activity: 'Read' },
  READ_AUDIT_TRAIL: { field: 'auditTrail', activity: 'Read' },
  LOCK_CHANGES: { field: 'lock', activity: 'Update' },
  OBSERVE_ASSOCIATION: { field: 'scan', activity: 'Read' },
  APPROVE_REQUEST: { field: 'approve', activity: 'Approve' },
  WITHDRAW_APPROVAL: { field: 'withdrawApproval', activity: 'Approve' },
  BEGIN_LOG: { field: 'trail begin', activity: 'Update' },
  ERASE_PERSONAL_DATA: { field: 'erase', activity: 'Update' },
} as const;

/**
 * The events of which nothing of the operation that they are about is done: a count of deletes does
 * not count approvals of them, nor warnings before them. `field` is null where it is that of the
 * operation.
 */
const otherActivities: Partial<Record<AuditEvent, { readonly field: string | null; readonly activity: Activity }>> = {
  APPROVAL_REQUESTED: { field: null, activity: 'Approve' },
  APPROVED: { field: 'approve', activity: 'Approve' },
  REJECTED: { field: 'reject', activity: 'Approve' },
  APPROVAL_EXPIRED: { field: null, activity: 'Approve' },
  APPROVAL_USED: { field: null, activity: 'Approve' },
  APPROVAL_WITHDRAWN: { field: 'withdrawApproval', activity: 'Approve' },
  APPROVAL_VOTE_VOIDED: { field: null, activity: 'Approve' },
  EXPIRY_WARNED: { field: 'expire', activity: 'Read' },
};

/**
 * Name of the GraphQL field, and activity, of what an entry is about. The expire function has no
 * field.
 */
export function calledOperation({ operation, event }: Pick<AuditEntry, 'operation' | 'event'>): {
  readonly field: string;
  readonly activity: Activity;
} {
  const called = { ...otherOperations, ...operations }[operation];
  const other = otherActivities[event];
  return other === undefined ? called : { field: other.field ?? called.field, activity: other.activity };
}

/** Refusals that only the operators of the gateway can fix. */
const operatorsMustAct: readonly AuditEntry['refusalCode'][] = ['POLICY_EVALUATION_FAILED', 'GATEWAY_ACCESS_DENIED'];

/** Activity, status and severity of an entry in OCSF. */
export interface OcsfOutcome {
  readonly activity: Activity;
  readonly status: Status;
  readonly severity: Severity;
}

/** Maps an entry to OCSF by its event, its operation and its refusal. */
export function ocsfOutcome(entry: AuditEntry): OcsfOutcome {
  const { event, refusalCode } = entry;
  const { status, severity } = outcomeOf[event];
  return {
    activity: activityOf(entry),
    status: status !== 'byCode' ? status : refusalCode === null ? 'Success' : 'Failure',
    severity: event !== 'CHECKED' && operatorsMustAct.includes(refusalCode) ? 'High' : severity,
  };
}

/** What an entry did: a create that adopted what existed created nothing. */
function activityOf(entry: AuditEntry): Activity {
  if (entry.event === 'CHECKED') return 'Check';
  const isAdoption = entry.event === 'SUCCEEDED' && entry.before !== null && hasTrait('creates', entry);
  return isAdoption ? 'Adopt' : calledOperation(entry).activity;
}

/**
 * The decision that determines the request: that about the delete which its expiry is, if only this
 * one does not allow it.
 */
export function decidingOf({ decision, deleteDecision }: Pick<AuditEntry, 'decision' | 'deleteDecision'>) {
  return decision?.allowed && deleteDecision?.allowed === false ? deleteDecision : decision;
}

/**
 * The policy decision in the attributes of the profile `security_control`. A dry run is `Observed`,
 * as it neither lets a change through nor blocks it. Null where no policy was evaluated.
 */
export function ocsfDisposition(entry: Pick<AuditEntry, 'event' | 'decision' | 'deleteDecision'>) {
  const { event } = entry;
  const decision = decidingOf(entry);
  if (decision === null) return null;
  if (event === 'CHECKED') return dispositions.logged;
  return decision.allowed ? dispositions.allowed : dispositions.blocked;
}

const dispositions = {
  allowed: { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' },
  blocked: { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' },
  logged: { action_id: 3, action: 'Observed', disposition_id: 17, disposition: 'Logged' },
} as const;
