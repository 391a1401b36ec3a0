import type { RoleAttributes } from '../../model/decision.ts';
import { indexPolicies } from './applicable.ts';
import type { RequestHead } from './applicable.ts';
import type { PolicyJson } from '../cedar/cedar.ts';
import type { PolicySet } from './compile.ts';
import type { Authorize, AuthorizationRequest } from '../policy.ts';
import { roleKeysIn } from './role-context.ts';
import type { RoleContextKey } from './role-context.ts';

/** What the policies that can apply to a request use of roles. */
export interface RoleUse {
  readonly keys: ReadonlySet<RoleContextKey>;
  /** Whether a permit is among the policies that use them. */
  readonly inPermits: boolean;
  /** Whether a forbid is. */
  readonly inForbids: boolean;
}

/** How a policy set uses role attributes. */
export interface RoleAttributeIndex {
  readonly usedFor: (request: RequestHead) => RoleUse;
  /** The policies that use none: what can be decided before a role is read. */
  readonly others: PolicySet;
}

/** How a policy set uses role attributes; null if it does not. */
export function indexRoleAttributes(policySet: PolicySet): RoleAttributeIndex | null {
  const using = policySet.uses.roleAttributes.flatMap((id) => {
    const policy = policySet.policies[id];
    return policy === undefined ? [] : [[id, policy] as const];
  });
  if (using.length === 0) return null;
  const applicable = indexPolicies({ ...policySet, policies: Object.fromEntries(using) });
  const ids = new Set(using.map(([id]) => id));
  const uses = new Map<string, RoleUse>();
  return {
    usedFor: (request) => {
      const found = applicable(request);
      const use = uses.get(found.key) ?? useOf(Object.values(found.policies));
      uses.set(found.key, use);
      return use;
    },
    others: {
      ...policySet,
      policies: Object.fromEntries(Object.entries(policySet.policies).filter(([id]) => !ids.has(id))),
    },
  };
}

function useOf(policies: readonly PolicyJson[]): RoleUse {
  return {
    keys: new Set(policies.flatMap(roleKeysIn)),
    inPermits: policies.some(({ effect }) => effect === 'permit'),
    inForbids: policies.some(({ effect }) => effect === 'forbid'),
  };
}

/**
 * The roles of the association of a create or an update, each with its key in the context; none for
 * other requests.
 */
export function roleArns(request: AuthorizationRequest): readonly { key: RoleContextKey; arn: string }[] {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return rolesOf(request.association);
    case 'UpdatePodIdentityAssociation':
      return rolesOf(request.becomes);
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
    case 'ApproveRequest':
      return [];
  }
}

function rolesOf({ roleArn, targetRoleArn }: { readonly roleArn: string; readonly targetRoleArn: string | null }) {
  const role = { key: 'iamRole', arn: roleArn } as const;
  return targetRoleArn === null ? [role] : [role, { key: 'iamTargetRole', arn: targetRoleArn } as const];
}

/** The request with the attributes of its roles; unchanged if it is not a create or an update. */
export function withRoles(request: AuthorizationRequest, roles: readonly RoleAttributes[]): AuthorizationRequest {
  return roleArns(request).length === 0 ? request : ({ ...request, roles } as AuthorizationRequest);
}

/**
 * An {@link Authorize} that has the role attributes at hand, such as recorded ones.
 *
 * @param attributesOf null: they are not known, so a request that needs them is denied
 */
export function withRoleAttributes(
  authorize: Authorize,
  attributesOf: (arn: string) => RoleAttributes | null,
): Authorize {
  return (context, request) => {
    const decision = authorize(context, request);
    const roles = decision.unknownRoles?.flatMap((arn) => attributesOf(arn) ?? []) ?? [];
    return roles.length === 0 ? decision : authorize(context, withRoles(request, roles));
  };
}
