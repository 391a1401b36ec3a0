import type { RoleFacts } from '../model/decision.ts';
import { indexPolicies } from './applicable.ts';
import type { RequestHead } from './applicable.ts';
import type { PolicyJson } from './cedar.ts';
import type { PolicySet } from './compile.ts';
import type { Authorize, AuthorizationRequest } from './policy.ts';
import { attributesIn } from './role-attributes.ts';
import type { RoleAttribute } from './role-attributes.ts';

/** What the policies that can apply to a request use of roles. */
export interface RoleUse {
  readonly attributes: ReadonlySet<RoleAttribute>;
  /** Whether a permit is among the policies that use them. */
  readonly inPermits: boolean;
  /** Whether a forbid is. */
  readonly inForbids: boolean;
}

/** How a policy set uses facts of roles. */
export interface RoleFactsIndex {
  readonly usedFor: (request: RequestHead) => RoleUse;
  /** The policies that use none: what can be decided before a role is read. */
  readonly others: PolicySet;
}

/** How a policy set uses facts of roles; null if it does not. */
export function indexRoleFacts(policySet: PolicySet): RoleFactsIndex | null {
  const policies = Object.entries(policySet.policies);
  const using = policies.filter(([, policy]) => attributesIn(policy).length > 0);
  if (using.length === 0) return null;
  const applicable = indexPolicies({ ...policySet, policies: Object.fromEntries(using) });
  const uses = new Map<string, RoleUse>();
  return {
    usedFor: (request) => {
      const found = applicable(request);
      const use = uses.get(found.key) ?? useOf(Object.values(found.policies));
      uses.set(found.key, use);
      return use;
    },
    others: { ...policySet, policies: Object.fromEntries(policies.filter((one) => !using.includes(one))) },
  };
}

function useOf(policies: readonly PolicyJson[]): RoleUse {
  return {
    attributes: new Set(policies.flatMap(attributesIn)),
    inPermits: policies.some(({ effect }) => effect === 'permit'),
    inForbids: policies.some(({ effect }) => effect === 'forbid'),
  };
}

/** The roles of the association of a create or an update, each with its attribute; none for other requests. */
export function roleArns(request: AuthorizationRequest): readonly { attribute: RoleAttribute; arn: string }[] {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return rolesOf(request.association);
    case 'UpdatePodIdentityAssociation':
      return rolesOf(request.becomes);
    case 'DeletePodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
      return [];
  }
}

function rolesOf({ roleArn, targetRoleArn }: { readonly roleArn: string; readonly targetRoleArn: string | null }) {
  const role = { attribute: 'iamRole', arn: roleArn } as const;
  return targetRoleArn === null ? [role] : [role, { attribute: 'iamTargetRole', arn: targetRoleArn } as const];
}

/** The request with facts of its roles; unchanged if it is not a create or an update. */
export function withRoles(request: AuthorizationRequest, roles: readonly RoleFacts[]): AuthorizationRequest {
  return roleArns(request).length === 0 ? request : ({ ...request, roles } as AuthorizationRequest);
}

/**
 * An {@link Authorize} that has the facts of roles at hand, such as recorded ones.
 *
 * @param factsOf null: they are not known, so a request that needs them is denied
 */
export function withRoleFacts(authorize: Authorize, factsOf: (arn: string) => RoleFacts | null): Authorize {
  return (context, request) => {
    const decision = authorize(context, request);
    const roles = decision.unknownRoles?.flatMap((arn) => factsOf(arn) ?? []) ?? [];
    return roles.length === 0 ? decision : authorize(context, withRoles(request, roles));
  };
}
