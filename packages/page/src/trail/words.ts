import type { AuditEvent, OperationKind } from '../../../../src/generated/types.ts';
import type { StateName } from '../ui/states.ts';

/** What an event says, and the sign that it has. */
export const eventWords: Readonly<Record<AuditEvent, readonly [word: string, sign: StateName]>> = {
  INVALID: ['input not valid', 'refused'],
  DENIED: ['denied by policy', 'denied'],
  CHECKED: ['dry run', 'operation'],
  INTENT: ['begun', 'inProgress'],
  SUCCEEDED: ['done', 'succeeded'],
  REFUSED: ['refused', 'refused'],
  RELEASED: ['not done, may be repeated', 'refused'],
  UNKNOWN: ['outcome not known', 'unknown'],
  TAKEN_OVER: ['taken over', 'inProgress'],
  REPLAYED: ['answered again', 'operation'],
  CONTENDED: ['already in progress', 'inProgress'],
  TOKEN_REUSED: ['token used for another request', 'refused'],
  LATE_SUCCESS: ['done, known late', 'succeeded'],
  TRAIL_READ: ['trail read', 'operation'],
  LOCKED: ['locked', 'locked'],
  UNLOCKED: ['lock lifted', 'operation'],
  LOG_PERMITTED: ['log may begin', 'operation'],
  DRIFT_FOUND: ['drift found', 'drift'],
  DRIFT_RESOLVED: ['drift resolved', 'succeeded'],
  APPROVAL_REQUESTED: ['approval asked for', 'approval'],
  APPROVED: ['approved', 'approved'],
  REJECTED: ['rejected', 'rejected'],
  APPROVAL_EXPIRED: ['approval expired', 'expired'],
  APPROVAL_USED: ['approval used', 'approved'],
  APPROVAL_WITHDRAWN: ['request withdrawn', 'refused'],
  APPROVAL_VOTE_VOIDED: ['vote does not count any more', 'voided'],
  EXPIRY_WARNED: ['ends soon', 'expiring'],
  STATE_REPAIRED: ['state repaired', 'operation'],
  CLUSTER_GONE: ['cluster gone', 'operation'],
  PERSONAL_DATA_ERASED: ['personal data erased', 'operation'],
};

/** What an operation does, in a word. */
export const kindWords: Readonly<Record<OperationKind, string>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'create',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'update',
  DELETE_POD_IDENTITY_ASSOCIATION: 'delete',
  ADOPT_POD_IDENTITY_ASSOCIATION: 'adopt',
  TAG_POD_IDENTITY_ASSOCIATION: 'tag',
  UNTAG_POD_IDENTITY_ASSOCIATION: 'untag',
  CHECK_CHANGES: 'check changes',
  READ_AUDIT_TRAIL: 'read the trail',
  LOCK_CHANGES: 'lock',
  OBSERVE_ASSOCIATION: 'scan',
  APPROVE_REQUEST: 'vote',
  WITHDRAW_APPROVAL: 'withdraw a request',
  BEGIN_LOG: 'begin the log',
  ERASE_PERSONAL_DATA: 'erase personal data',
};
