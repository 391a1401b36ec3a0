import type { InventorySlice } from '../model/decision.ts';
import type { Engine } from './engine.ts';
import { toCedar } from './entities.ts';
import { roleUnknown } from './explain.ts';
import { isForbid } from './named-person.ts';
import type { Verdict } from './named-person.ts';
import type { AuthorizationContext, AuthorizationRequest } from './policy.ts';
import { roleArns } from './role-attribute-use.ts';
import type { RoleUse } from './role-attribute-use.ts';

/** Roles whose facts policy needs and the slice lacks. */
interface UnknownRoles extends Pick<RoleUse, 'inPermits' | 'inForbids'> {
  readonly unknown: readonly { readonly arn: string; readonly facts: UnknownFacts }[];
  /** The policies that use no facts of roles. */
  readonly others: Engine;
}

type UnknownFacts = Parameters<typeof roleUnknown>[1];

/** Null if policy uses no facts of roles for this request, or the slice has them. */
export function unknownRoles(
  { roleFacts }: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): UnknownRoles | null {
  const roles = roleFacts === null ? [] : roleArns(request);
  if (roleFacts === null || roles.length === 0) return null;
  const { attributes, ...use } = roleFacts.usedFor(toCedar(context, request, slice));
  const needed = new Set(roles.filter(({ attribute }) => attributes.has(attribute)).map(({ arn }) => arn));
  const unknown = [...needed].flatMap((arn) => {
    const facts = slice.roles?.find((one) => one.arn === arn) ?? null;
    return facts?.kind === 'found' ? [] : [{ arn, facts }];
  });
  return unknown.length === 0 ? null : { unknown, others: roleFacts.others, ...use };
}

/**
 * What the policies that use no facts of roles decide, if the others can't change it: a denial by a forbid, or for want of any
 * permit, and an allowed request if no forbid uses facts. So the role of a request that is denied anyway is not read, and its
 * caller can't find out which roles exist. Null if the decision depends on the roles.
 */
export function whateverRoles({ inPermits, inForbids }: UnknownRoles, verdict: Verdict): Verdict | null {
  if (verdict.allowed) return inForbids ? null : verdict;
  if (!inPermits) return verdict;
  // A permit that uses facts might apply, so it is not known whether the request lacks one.
  const violations = verdict.violations.filter(isForbid);
  return violations.length === 0 ? null : { ...verdict, violations };
}

/** The denial of a request that depends on roles whose facts are not known. */
export function denialFor(unknown: UnknownRoles['unknown']) {
  const unread = unknown.filter(({ facts }) => facts === null).map(({ arn }) => arn);
  return {
    failed: unknown.some(({ facts }) => facts?.kind !== 'absent'),
    policyIds: [],
    violations: unknown.map(({ arn, facts }) => roleUnknown(arn, facts)),
    ...(unread.length === 0 ? {} : { unknownRoles: unread }),
  };
}
