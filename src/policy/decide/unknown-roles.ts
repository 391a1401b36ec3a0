import type { InventorySlice } from '../../model/decision.ts';
import type { Engine } from './engine.ts';
import { toCedar } from '../entities/entities.ts';
import { roleUnknown } from './explain.ts';
import { isForbid } from './on-behalf-of.ts';
import type { Verdict } from './on-behalf-of.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import { roleArns } from '../policies/role-attribute-use.ts';
import type { RoleUse } from '../policies/role-attribute-use.ts';

/** Roles whose attributes are needed by policies and missing in the slice. */
interface UnknownRoles extends Pick<RoleUse, 'inPermits' | 'inForbids'> {
  readonly unknown: readonly { readonly arn: string; readonly attributes: UnknownAttributes }[];
  /** The policies that use no role attributes. */
  readonly others: Engine;
}

type UnknownAttributes = Parameters<typeof roleUnknown>[1];

/** Null if policy uses no role attributes for this request, or the slice has them. */
export function unknownRoles(
  { roleAttributes }: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): UnknownRoles | null {
  const roles = roleAttributes === null ? [] : roleArns(request);
  if (roleAttributes === null || roles.length === 0) return null;
  const { keys, ...use } = roleAttributes.usedFor(toCedar(context, request, slice));
  const needed = new Set(roles.filter(({ key }) => keys.has(key)).map(({ arn }) => arn));
  const unknown = [...needed].flatMap((arn) => {
    const attributes = slice.roles?.find((one) => one.arn === arn) ?? null;
    return attributes?.kind === 'found' ? [] : [{ arn, attributes }];
  });
  return unknown.length === 0 ? null : { unknown, others: roleAttributes.others, ...use };
}

/**
 * The decision by the policies without role attributes, if the others can't change it: a denial by
 * a forbid or because no permit applies, or a permit, also one that needs an approval, that no
 * forbid on role attributes can override. The role of a request that is denied anyway is therefore
 * not read, and its caller can't find out which roles exist. Null if the decision depends on the
 * roles.
 */
export function whateverRoles({ inPermits, inForbids }: UnknownRoles, verdict: Verdict): Verdict | null {
  if (verdict.allowed || verdict.needsApproval) return inForbids ? null : verdict;
  if (!inPermits) return verdict;
  // A permit that uses role attributes might apply, so the lack of a permit is not certain.
  const violations = verdict.violations.filter(isForbid);
  return violations.length === 0 ? null : { ...verdict, violations };
}

/** The denial of a request that depends on roles whose attributes are not known. */
export function denialFor(unknown: UnknownRoles['unknown']) {
  const unread = unknown.filter(({ attributes }) => attributes === null).map(({ arn }) => arn);
  return {
    failed: unknown.some(({ attributes }) => attributes?.kind !== 'absent'),
    policyIds: [],
    violations: unknown.map(({ arn, attributes }) => roleUnknown(arn, attributes)),
    ...(unread.length === 0 ? {} : { unknownRoles: unread }),
  };
}
