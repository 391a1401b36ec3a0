import type { Approval } from '../../model/approval.ts';
import type { Association, ClusterRef } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { readContextOf } from '../../operations/terms/hidden.ts';
import { votePermission } from '../../operations/approvals/may-approve.ts';
import type { DecisionKey } from '../../policy/decide/same-decision.ts';
import type { AuthorizationRequest, Authorize, Preauthorize } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';

/** A request to read an association, a list or a part of the audit trail. */
type ReadRequest = Extract<
  AuthorizationRequest,
  { action: 'DescribePodIdentityAssociation' | 'ListPodIdentityAssociations' | 'ReadAuditTrail' }
>;

/** Authorizes reads of one principal. Never throws: see `Authorize`. */
export type AuthorizeRead = (request: ReadRequest) => Decision;

/**
 * Creates the authorizer of the reads of one GraphQL request. It evaluates policy once for each
 * object: a short document can select the same one thousands of times, and each evaluation occupies
 * the process.
 */
export function makeAuthorizeRead(
  { authorize, clock }: { readonly authorize: Authorize; readonly clock: Clock },
  identity: RequestIdentity,
): AuthorizeRead {
  const context = readContextOf({ identity, now: clock() });
  const decisions = new Map<string, Decision>();
  return (request) => {
    const key = JSON.stringify(request);
    const decision = decisions.get(key) ?? authorize(context, request);
    decisions.set(key, decision);
    return decision;
  };
}

/** Whether a principal may read something. Never throws. */
export type AllowsRead = (request: ReadRequest) => boolean;

/**
 * Creates the {@link AllowsRead} of one GraphQL request: requests about which policy decides the
 * same are decided once.
 */
export function makeAllowsRead(
  { decisionKey, clock }: { readonly decisionKey: DecisionKey; readonly clock: Clock },
  identity: RequestIdentity,
  authorizeRead: AuthorizeRead,
): AllowsRead {
  const context = readContextOf({ identity, now: clock() });
  const allowed = new Map<string, boolean>();
  return (request) => {
    const key = decisionKey(context, request);
    if (key === null) return authorizeRead(request).allowed;
    const isAllowed = allowed.get(key) ?? authorizeRead(request).allowed;
    allowed.set(key, isAllowed);
    return isAllowed;
  };
}

/**
 * Whether a principal may view any association of a cluster. If not, none is read, so that nothing
 * shows which exist.
 */
export type MayViewIn = (cluster: ClusterRef) => boolean;

/** Creates the {@link MayViewIn} of one GraphQL request. */
export function makeMayViewIn(
  { preauthorize, clock }: { readonly preauthorize: Preauthorize; readonly clock: Clock },
  identity: RequestIdentity,
): MayViewIn {
  const context = readContextOf({ identity, now: clock() });
  return (cluster) => preauthorize(context, 'DescribePodIdentityAssociation', cluster) === null;
}

/** An association, also a recorded one, if the principal may view it; null otherwise. */
export function visibleTo(authorizeRead: AuthorizeRead, association: Association): Association | null {
  return authorizeRead({ action: 'DescribePodIdentityAssociation', association }).allowed ? association : null;
}

/**
 * The needs of an approval for which a principal may approve, if only with a comment: ids of
 * policies, empty if there are none. Never throws.
 */
export type MayApproveFor = (approval: Approval) => readonly string[];

/**
 * Creates the {@link MayApproveFor} of one GraphQL request: each approval is judged once, and policy
 * is asked once about those about which it decides the same. A short document can list hundreds of
 * them many times.
 */
export function makeMayApproveFor(
  {
    authorize,
    decisionKey,
    clock,
  }: { readonly authorize: Authorize; readonly decisionKey: DecisionKey; readonly clock: Clock },
  identity: RequestIdentity,
): MayApproveFor {
  const context = { identity, onBehalfOf: null, hasReason: true, now: clock() };
  const decisions = new Map<string, Decision>();
  const authorizeOnce: Authorize = (_, request) => {
    const key = decisionKey(context, request);
    if (key === null) return authorize(context, request);
    const decision = decisions.get(key) ?? authorize(context, request);
    decisions.set(key, decision);
    return decision;
  };
  const judged = new Map<string, readonly string[]>();
  return (approval) => {
    const known = judged.get(approval.id);
    if (known !== undefined) return known;
    const { policyIds } = votePermission({ authorize: authorizeOnce }, context, approval);
    judged.set(approval.id, policyIds);
    return policyIds;
  };
}
