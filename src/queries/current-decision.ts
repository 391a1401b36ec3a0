import type { Approval } from '../model/approval.ts';
import type { Decision } from '../model/decision.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { LoadedTarget } from '../operations/admission.ts';
import { operationOf } from '../operations/operations.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';

/**
 * What the policies in force say now of the request that waits for an approval, without the approvals that were given. Evaluates policy once, on what
 * the approval recorded: the groups of the principal that policies knew then, the association as approvers see it, no source address. Null
 * once the approval has ended, and if policy depends on role attributes, which only the request itself reads.
 */
export function currentDecision(
  { authorize, clock }: Pick<Dependencies, 'authorize' | 'clock'>,
  { id, state, requested }: Approval,
): Decision | null {
  if (state !== 'PENDING' && state !== 'APPROVED') return null;
  const { principal, actor, onBehalfOf, reason, target, before } = requested;
  const identity = { principal, actor, sourceAddress: null, userAgent: null, apiRequestId: id };
  const context = { identity, onBehalfOf, hasReason: reason !== null, now: clock() };
  const loaded = { kind: 'loaded', target, before, isCurrent: false } as const;
  const decision = authorize(context, requestOf(requested, loaded));
  return decision.unknownRoles === undefined ? decision : null;
}

/** Keeps the connection between kind and request for the compiler. */
function requestOf<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  loaded: LoadedTarget,
): AuthorizationRequest {
  return operationOf<Kind>(operation).authorizationRequest(request, loaded);
}
