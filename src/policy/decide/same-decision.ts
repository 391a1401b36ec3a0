import { indexPolicies, isAbout, policiesByPlace } from '../policies/applicable.ts';
import type { PolicySet } from '../policies/compile.ts';
import { toCedar } from '../entities/entities.ts';
import { nameOf } from '../policies/policy-head.ts';
import { uid } from '../cedar/values.ts';
import { questionOf, readOfRequest, useOf } from '../policies/entity-use.ts';
import type { EntityUse } from '../policies/entity-use.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import { indexRoleAttributes, roleArns } from '../policies/role-attribute-use.ts';
import { sessionPolicyOf } from '../entities/session-policy.ts';
import { sliceFor } from '../entities/slice.ts';

/**
 * A text that is the same only for requests about which policy decides the same, so that one
 * decision is enough for all of them; null for a request that must be decided alone.
 */
export type DecisionKey = (context: AuthorizationContext, request: AuthorizationRequest) => string | null;

/**
 * Creates the {@link DecisionKey} of these policies and this inventory. A key has the request as
 * Cedar gets it, without what the policies that can apply to it do not read: see
 * {@link questionOf}.
 */
export function makeDecisionKey(policySet: PolicySet, inventory: Inventory): DecisionKey {
  const applicable = indexPolicies(policySet);
  const roleAttributes = indexRoleAttributes(policySet);
  const uses = new Map<string, EntityUse>();
  const keyOf: DecisionKey = (context, request) => {
    const slice = sliceFor(inventory, context, request);
    if (slice.cluster === null || context.onBehalfOf !== null) return null;
    // Cedar gets such an association as one without a session policy.
    if (sessionPolicyOf(request)?.kind === 'unreadable') return null;
    const cedarRequest = toCedar(context, request, slice);
    // Which roles decide is not in what Cedar gets before they are read.
    if (roleArns(request).length > 0 && (roleAttributes?.usedFor(cedarRequest).keys.size ?? 0) > 0) return null;
    const part = applicable(cedarRequest);
    const use = uses.get(part.key) ?? useOf(Object.values(part.policies));
    uses.set(part.key, use);
    return `${part.key} ${questionOf(readOfRequest(cedarRequest, use), use)}`;
  };
  let viewsByNamespace: boolean | undefined;
  const known = new WeakMap<AuthorizationContext, Map<string, string | null>>();
  return (context, request) => {
    if (request.action !== 'DescribePodIdentityAssociation') return keyOf(context, request);
    viewsByNamespace ??= readNamespaceOnly(policySet);
    if (!viewsByNamespace) return keyOf(context, request);
    const keys = known.get(context) ?? new Map<string, string | null>();
    known.set(context, keys);
    const { accountId, region, clusterName, namespace } = request.association;
    const place = `${accountId}/${region}/${clusterName}/${namespace}`;
    let key = keys.get(place);
    if (key === undefined) keys.set(place, (key = keyOf(context, request)));
    return key;
  };
}

/**
 * Whether the policies about views read nothing of an association but its namespace, so that the
 * key of one is that of all in it: pages have thousands.
 */
function readNamespaceOnly(policySet: PolicySet): boolean {
  const views = [...policiesByPlace(policySet).values()].flat().filter(isAbout(viewAction));
  const { attributes, tags, ids } = useOf(views.map(({ policy }) => policy));
  return !tags && !ids && !ownAttributes.some((name) => attributes.has(name));
}

const viewAction = nameOf(uid('Action', 'DescribePodIdentityAssociation'));

/** The attributes of an association that others of its namespace may not share. */
const ownAttributes = ['serviceAccount', 'qualifiedName', 'settings', 'ownedByAddon'];
