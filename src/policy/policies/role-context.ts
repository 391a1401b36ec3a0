import type { PolicyJson } from '../cedar/cedar.ts';
import { readsContext, useOf } from './entity-use.ts';
import { actionsOf } from './policy-head.ts';

/** The attributes of the context that are roles as IAM describes them. */
const roleContextKeys = ['iamRole', 'iamTargetRole'] as const;

/** The name of one of them. */
export type RoleContextKey = (typeof roleContextKeys)[number];

/** The actions whose context has the roles and the session policy. */
const actionsWithSettings: readonly string[] = ['CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation'].map(
  (name) => `PodIdentity::Action::"${name}"`,
);

/**
 * Whether a policy uses roles or the session policy for other requests than those that have them.
 * Cedar accepts that: for these, a test with `has` is false, so that a forbid with `unless` would
 * deny all of them.
 */
export function usesSettingsElsewhere(policy: PolicyJson): boolean {
  if (roleKeysIn(policy).length === 0 && !readsContext(useOf([policy]), 'sessionPolicy')) return false;
  const actions = actionsOf(policy);
  return actions === null || [...actions].some((action) => !actionsWithSettings.includes(action));
}

/** The roles of the context that a part of a policy's JSON reads or tests. */
export function roleKeysIn(part: unknown): readonly RoleContextKey[] {
  if (typeof part !== 'object' || part === null) return [];
  const { '.': access, has } = part as { readonly '.'?: unknown; readonly has?: unknown };
  for (const read of [access, has]) {
    // A test for an attribute of an attribute has the names of both.
    if (isContextAttribute(read)) return roleContextKeys.filter((name) => [read.attr].flat()[0] === name);
  }
  // The context as a whole has both roles.
  if ((part as { readonly Var?: unknown }).Var === 'context') return roleContextKeys;
  return Object.values(part).flatMap(roleKeysIn);
}

function isContextAttribute(part: unknown): part is { readonly attr: unknown } {
  const { left } = (part ?? {}) as { readonly left?: { readonly Var?: unknown } };
  return left?.Var === 'context';
}
