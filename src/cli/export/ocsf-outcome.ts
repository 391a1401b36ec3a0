import type { AuditEntry } from '../../model/audit.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import { operations } from '../../operations/operations.ts';

/** `severity_id` of OCSF: what is worth a look, by what happened. */
export const severities = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;

export type Severity = keyof typeof severities;

/** `status_id` of OCSF. `In Progress` is the gateway's own word, which OCSF wants under 99. */
export const statuses = { Unknown: 0, Success: 1, Failure: 2, 'In Progress': 99 } as const;

export type Status = keyof typeof statuses;

/** `activity_id` of the class API Activity. `Check` is the gateway's own word, under 99. */
export const activities = { Create: 1, Update: 3, Delete: 4, Check: 99 } as const;

export type Activity = keyof typeof activities;

/** `byCode`: as the answer that was given again. */
const outcomeOf: Readonly<Record<AuditEvent, { readonly status: Status | 'byCode'; readonly severity: Severity }>> = {
  INVALID: { status: 'Failure', severity: 'Informational' },
  DENIED: { status: 'Failure', severity: 'Medium' },
  // The question was answered, whatever the answer.
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
  // EKS did what another holder may have answered otherwise.
  LATE_SUCCESS: { status: 'Success', severity: 'High' },
};

/** Refusals that only the operators of the gateway can mend. */
const operatorsMustAct: readonly AuditEntry['refusalCode'][] = ['POLICY_EVALUATION_FAILED', 'GATEWAY_ACCESS_DENIED'];

/** What an entry is in OCSF's words. */
export interface OcsfOutcome {
  readonly activity: Activity;
  readonly status: Status;
  readonly severity: Severity;
}

/** What an entry is in OCSF's words, by its event, its operation and its refusal. */
export function ocsfOutcome(entry: Pick<AuditEntry, 'event' | 'operation' | 'refusalCode'>): OcsfOutcome {
  const { event, operation, refusalCode } = entry;
  const { status, severity } = outcomeOf[event];
  return {
    activity: event === 'CHECKED' ? 'Check' : operations[operation].activity,
    status: status !== 'byCode' ? status : refusalCode === null ? 'Success' : 'Failure',
    severity: event !== 'CHECKED' && operatorsMustAct.includes(refusalCode) ? 'High' : severity,
  };
}

/**
 * Outcome of policy, in the attributes of the profile `security_control`. A check is observed, as nothing is let through
 * or held up by it. Null where policy was not asked.
 */
export function ocsfDisposition({ event, decision }: Pick<AuditEntry, 'event' | 'decision'>) {
  if (decision === null) return null;
  if (event === 'CHECKED') return dispositions.logged;
  return decision.allowed ? dispositions.allowed : dispositions.blocked;
}

const dispositions = {
  allowed: { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' },
  blocked: { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' },
  logged: { action_id: 3, action: 'Observed', disposition_id: 17, disposition: 'Logged' },
} as const;
