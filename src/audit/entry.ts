import { decodeTime } from 'ulid';
import type { AuditEntry, OperationKind } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Call } from '../operations/mutation.ts';
import type { Dependencies } from '../operations/dependencies.ts';

/** What an entry says whatever happened: who asked for what. */
export type AuditContext = Omit<
  AuditEntry,
  'entryId' | 'operationId' | 'time' | 'event' | 'refusalCode' | 'message' | 'associationArn' | 'eksRequestId' | 'fence'
>;

/** What happened. What is left out is null in the entry. */
export interface AuditEventDetails extends Pick<AuditEntry, 'operationId' | 'event'> {
  readonly fence?: number;
  readonly refusalCode?: AuditEntry['refusalCode'];
  readonly message?: string | null;
  readonly associationArn?: string | null;
  readonly eksRequestId?: string | null;
}

/** A new entry, of this moment. */
export function createEntry(
  deps: Pick<Dependencies, 'clock' | 'ulid'>,
  subject: AuditContext,
  details: AuditEventDetails,
): AuditEntry {
  const entryId = deps.ulid(deps.clock());
  const { fence = null, refusalCode = null, message = null, associationArn = null, eksRequestId = null } = details;
  return {
    ...subject,
    entryId,
    operationId: details.operationId,
    time: new Date(decodeTime(entryId)).toISOString(),
    event: details.event,
    refusalCode,
    message,
    // Of an association that exists, every entry tells which it is.
    associationArn: associationArn ?? subject.before?.associationArn ?? null,
    eksRequestId,
    fence,
  };
}

/** AuditContext of a request of which nothing but its caller is certain yet. */
export function subjectOfCaller(operation: OperationKind, identity: RequestIdentity): AuditContext {
  return {
    operation,
    principal: identity.principal,
    actor: identity.actor,
    onBehalfOf: null,
    sourceAddress: identity.sourceAddress,
    userAgent: identity.userAgent,
    apiRequestId: identity.apiRequestId,
    target: null,
    request: null,
    before: null,
    invalidInput: null,
    findings: [],
    reason: null,
    decision: null,
  };
}

/** AuditContext of a valid request that policy has decided on. */
export function auditContextOf(call: Call): AuditContext {
  const { accountId, region, clusterName, namespace, serviceAccount } = call.target;
  return {
    ...subjectOfCaller(call.operation, call.identity),
    onBehalfOf: call.onBehalfOf,
    target: { accountId, region, clusterName, namespace, serviceAccount },
    request: call.request,
    before: call.before,
    reason: call.reason,
    decision: call.decision,
  };
}

/** AuditContext of what the reconciler does in place of the caller of an operation: `intent` says who that was. */
export function subjectOfSettler(intent: AuditEntry, apiRequestId: string): AuditContext {
  const { operation, principal, actor, onBehalfOf, target, request, before, reason, decision } = intent;
  return {
    operation,
    principal,
    actor,
    onBehalfOf,
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/reconciler',
    apiRequestId,
    target,
    request,
    before,
    invalidInput: null,
    findings: [],
    reason,
    decision,
  };
}

/** Who is answered, in entries and in the answer. */
export interface Requester {
  readonly subject: AuditContext;
  /** The token to name in the answer; null where the caller's was invalid, and for the reconciler, which knows none. */
  readonly clientRequestToken: string | null;
  /** When the answer must be on its way, milliseconds since the epoch. */
  readonly deadline: number;
}

/** The requester of a mutation under way. */
export function requesterOf(call: Call): Requester {
  return { subject: auditContextOf(call), clientRequestToken: call.clientRequestToken, deadline: call.deadline };
}
