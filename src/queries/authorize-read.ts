import type { Association, ClusterRef } from '../model/association.ts';
import type { Decision } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { readContextOf } from '../operations/hidden.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';

/** A request to read an association, a list or a part of the audit trail. */
type ReadRequest = Extract<
  AuthorizationRequest,
  { action: 'DescribePodIdentityAssociation' | 'ListPodIdentityAssociations' | 'ReadAuditTrail' }
>;

/** Authorizes reads of one principal. Never throws: see `Authorize`. */
export type AuthorizeRead = (request: ReadRequest) => Decision;

/**
 * Creates the authorizer of the reads of one GraphQL request. It evaluates policy once for each object: a short
 * document can select the same one thousands of times, and each evaluation occupies the process.
 */
export function makeAuthorizeRead(
  { authorize, clock }: Pick<Dependencies, 'authorize' | 'clock'>,
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

/** Creates the {@link AllowsRead} of one GraphQL request: requests about which policy decides the same are decided once. */
export function makeAllowsRead(
  { decisionKey, clock }: Pick<Dependencies, 'decisionKey' | 'clock'>,
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

/** Whether a principal may view any association of a cluster. If not, none is read, so that nothing shows which exist. */
export type MayViewIn = (cluster: ClusterRef) => boolean;

/** Creates the {@link MayViewIn} of one GraphQL request. */
export function makeMayViewIn(
  { preauthorize, clock }: Pick<Dependencies, 'preauthorize' | 'clock'>,
  identity: RequestIdentity,
): MayViewIn {
  const context = readContextOf({ identity, now: clock() });
  return (cluster) => preauthorize(context, 'DescribePodIdentityAssociation', cluster) === null;
}

/** An association, also a recorded one, if the principal may view it; null otherwise. */
export function visibleTo(authorizeRead: AuthorizeRead, association: Association): Association | null {
  return authorizeRead({ action: 'DescribePodIdentityAssociation', association }).allowed ? association : null;
}
