import { reservedIds } from '../policy/policies/compile.ts';
import type { Engine } from '../policy/decide/engine.ts';
import { indexRoleAttributes } from '../policy/policies/role-attribute-use.ts';

/** The part of a case that says which policies it depends on. */
interface Dependent {
  readonly policyIds: readonly string[];
  /** Null: on all. */
  readonly dependsOn: readonly string[] | null;
}

/** What is wrong with the list of a case, whatever the policies are; null if nothing is. */
export function dependsOnProblem({ policyIds, dependsOn }: Dependent): string | null {
  if (dependsOn === null) return null;
  const isReserved = (id: string) => reservedIds.some((reserved) => reserved === id);
  const missing = policyIds.filter((id) => !isReserved(id) && !dependsOn.includes(id));
  if (missing.length === 0) return null;
  return `dependsOn leaves out ${missing.join(', ')} of policyIds: add it, or remove dependsOn to compare all policies.`;
}

/** What is wrong with the list of a case for these policies; null if nothing is. */
export function unknownPolicyProblem({ policySet }: Engine, { dependsOn }: Dependent): string | null {
  const unknown = (dependsOn ?? []).filter((id) => !Object.hasOwn(policySet.policies, id));
  if (unknown.length === 0) return null;
  return `dependsOn names ${unknown.join(', ')}, which is not a policy: correct the id, or remove it from the list.`;
}

/**
 * An engine that decides as if it had all permits, but only these forbids. So what it denies, the
 * whole policy set denies too: a forbid overrides every permit, and without a forbid no permit
 * applies. A policy that fails to evaluate is a failure, in the list or not.
 */
export function withForbids(engine: Engine, ids: readonly string[]): Engine {
  const { policySet, evaluate, evaluatePermits, usesDryRun, roleAttributes } = engine;
  return {
    policySet,
    evaluatePermits,
    usesDryRun,
    evaluate: (request) => {
      const result = evaluate(request);
      // Cedar names the forbids of a denied request, or nothing if no policy applies.
      if (result.kind === 'failed' || result.allowed || result.policyIds.length === 0) return result;
      const forbids = result.policyIds.filter((id) => ids.includes(id));
      return forbids.length > 0 ? { ...result, policyIds: forbids } : evaluatePermits(request);
    },
    roleAttributes: roleAttributes && roleAttributesOf(engine, roleAttributes.others, ids),
  };
}

/**
 * How the permits and these forbids use role attributes: a forbid that is left out does not require
 * that a role exists.
 */
function roleAttributesOf({ policySet }: Engine, others: Engine, ids: readonly string[]): Engine['roleAttributes'] {
  const using = Object.entries(policySet.policies).filter(
    ([id, { effect }]) => !Object.hasOwn(others.policySet.policies, id) && (effect === 'permit' || ids.includes(id)),
  );
  const index = indexRoleAttributes({ ...policySet, policies: Object.fromEntries(using) });
  return index && { usedFor: index.usedFor, others: withForbids(others, ids) };
}
