import type { Approval } from '../../model/approval.ts';
import type { Association } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { LoadedTarget } from '../../operations/terms/admission.ts';
import type { Dependencies } from '../../operations/terms/dependencies.ts';
import { judgeExpiry } from '../../operations/terms/judge-expiry.ts';
import type { JudgeExpiryDependencies } from '../../operations/terms/judge-expiry.ts';
import { stateAfter } from '../../operations/flow/admit.ts';
import { operationOf } from '../../operations/kinds/operations.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../policy/policy.ts';

/**
 * What the policies in force say now of the request that waits for an approval, without the
 * approvals that were given. Evaluates policy once, on what the approval recorded: the groups of
 * the principal that policies knew then, the association as approvers see it, no source address.
 * Null once the approval has ended, and if policy depends on role attributes, which only the
 * request itself reads.
 */
export function currentDecision(
  { authorize, clock }: Pick<Dependencies, 'authorize' | 'clock'>,
  approval: Approval,
): Decision | null {
  if (hasEnded(approval)) return null;
  const { target, before } = approval.requested;
  const loaded = { kind: 'loaded', target, before, isCurrent: false } as const;
  return known(authorize(contextOf(approval, clock()), requestOf(approval.requested, loaded)));
}

/**
 * What they say of the delete that the request is by its expiry, as {@link judgeExpiry} finds. Null
 * also if it is none. One read of the ledger, if the request sets an expiry of an existing
 * association. Throws `LedgerUnavailable`.
 *
 * @param deadline when the answer must be sent, in milliseconds since the epoch
 */
export async function currentDeleteDecision(
  deps: JudgeExpiryDependencies,
  approval: Approval,
  deadline: number,
): Promise<Decision | null> {
  const { before } = approval.requested;
  if (hasEnded(approval) || before === null) return null;
  const authorization = contextOf(approval, deps.clock());
  const after = stateOf(approval.requested, before);
  const expiry = await judgeExpiry(deps, { ...approval.requested, authorization, deadline }, after);
  return known(expiry?.deleteDecision ?? null);
}

function hasEnded({ state }: Approval): boolean {
  return state !== 'PENDING' && state !== 'APPROVED';
}

function contextOf({ id, requested }: Approval, now: number): AuthorizationContext {
  const { principal, actor, onBehalfOf, reason } = requested;
  const identity = { principal, actor, sourceAddress: null, userAgent: null, apiRequestId: id };
  return { identity, onBehalfOf, hasReason: reason !== null, now };
}

function known(decision: Decision | null): Decision | null {
  return decision?.unknownRoles === undefined ? decision : null;
}

// Two functions that keep the connection between kind and request for the compiler.

function requestOf<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  loaded: LoadedTarget,
): AuthorizationRequest {
  return operationOf<Kind>(operation).authorizationRequest(request, loaded);
}

function stateOf<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  before: Association,
): Association {
  return stateAfter(operationOf<Kind>(operation), request, before);
}
