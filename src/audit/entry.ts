import { decodeTime } from 'ulid';
import type { AuditEntry, OperationKind } from '../model/audit.ts';
import type { Caller } from '../model/principal.ts';
import type { Call } from '../operations/mutation.ts';
import type { Parts } from '../operations/dependencies.ts';

/** What an entry says whatever happened: who asked for what. */
export type Subject = Omit<
  AuditEntry,
  'entryId' | 'operationId' | 'time' | 'event' | 'refusalCode' | 'message' | 'associationArn' | 'eksRequestId' | 'fence'
>;

/** What happened. What is left out is null in the entry. */
export interface Happening extends Pick<AuditEntry, 'operationId' | 'event'> {
  readonly fence?: number;
  readonly refusalCode?: AuditEntry['refusalCode'];
  readonly message?: string | null;
  readonly associationArn?: string | null;
  readonly eksRequestId?: string | null;
}

/** A new entry, of this moment. */
export function newEntry(parts: Pick<Parts, 'clock' | 'ulid'>, subject: Subject, happening: Happening): AuditEntry {
  const entryId = parts.ulid(parts.clock());
  const { fence = null, refusalCode = null, message = null, associationArn = null, eksRequestId = null } = happening;
  return {
    ...subject,
    entryId,
    operationId: happening.operationId,
    time: new Date(decodeTime(entryId)).toISOString(),
    event: happening.event,
    refusalCode,
    message,
    // Of an association that exists, every entry tells which it is.
    associationArn: associationArn ?? subject.before?.associationArn ?? null,
    eksRequestId,
    fence,
  };
}

/** Subject of a request of which nothing but its caller is certain yet. */
export function subjectOfCaller(operation: OperationKind, caller: Caller): Subject {
  return {
    operation,
    principal: caller.principal,
    actor: caller.actor,
    onBehalfOf: null,
    sourceAddress: caller.sourceAddress,
    userAgent: caller.userAgent,
    apiRequestId: caller.apiRequestId,
    target: null,
    request: null,
    before: null,
    invalidInput: null,
    findings: [],
    reason: null,
    decision: null,
  };
}

/** Subject of a valid request that policy has decided on. */
export function subjectOf(call: Call): Subject {
  const { accountId, region, clusterName, namespace, serviceAccount } = call.target;
  return {
    ...subjectOfCaller(call.operation, call.caller),
    onBehalfOf: call.onBehalfOf,
    target: { accountId, region, clusterName, namespace, serviceAccount },
    request: call.request,
    before: call.before,
    reason: call.reason,
    decision: call.decision,
  };
}

/** Subject of what the settler does in place of the caller of an operation: `intent` says who that was. */
export function subjectOfSettler(intent: AuditEntry, apiRequestId: string): Subject {
  const { operation, principal, actor, onBehalfOf, target, request, before, reason, decision } = intent;
  return {
    operation,
    principal,
    actor,
    onBehalfOf,
    sourceAddress: null,
    userAgent: 'pod-identity-gateway/settler',
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
  readonly subject: Subject;
  /** The token to name in the answer; null where the caller's was invalid, and for the settler, which knows none. */
  readonly clientRequestToken: string | null;
  /** When the answer must be on its way, milliseconds since the epoch. */
  readonly deadline: number;
}

/** The requester of a mutation under way. */
export function requesterOf(call: Call): Requester {
  return { subject: subjectOf(call), clientRequestToken: call.clientRequestToken, deadline: call.deadline };
}
