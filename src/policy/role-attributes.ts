import type { PolicyJson } from './cedar.ts';
import { actionsOf } from './policy-head.ts';

/** The attributes of the context that are roles as IAM describes them. */
const roleAttributes = ['iamRole', 'iamTargetRole'] as const;

/** Names one of them. */
export type RoleAttribute = (typeof roleAttributes)[number];

/** The actions whose context has the roles. */
const actionsWithRoles: readonly string[] = ['CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation'].map(
  (name) => `PodIdentity::Action::"${name}"`,
);

/**
 * Whether a policy uses roles for other requests than those that have them. Cedar accepts that: for these, a test with `has` is
 * false, so that a forbid with `unless` would deny all of them.
 */
export function usesRolesElsewhere(policy: PolicyJson): boolean {
  if (attributesIn(policy).length === 0) return false;
  const actions = actionsOf(policy);
  return actions === null || [...actions].some((action) => !actionsWithRoles.includes(action));
}

/** The attributes that a part of a policy's JSON reads or tests. */
export function attributesIn(part: unknown): readonly RoleAttribute[] {
  if (typeof part !== 'object' || part === null) return [];
  const { '.': access, has } = part as { readonly '.'?: unknown; readonly has?: unknown };
  for (const read of [access, has]) {
    if (isAttributeOfContext(read)) return roleAttributes.filter((name) => name === read.attr);
  }
  // The context as a whole has all of its attributes.
  if ((part as { readonly Var?: unknown }).Var === 'context') return roleAttributes;
  return Object.values(part).flatMap(attributesIn);
}

function isAttributeOfContext(part: unknown): part is { readonly attr: unknown } {
  const { left } = (part ?? {}) as { readonly left?: { readonly Var?: unknown } };
  return left?.Var === 'context';
}
