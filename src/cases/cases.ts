import { mostApplicable } from '../policy/policies/applicable.ts';
import { decisionResult } from '../policy/policies/approvals.ts';
import type { DecisionResult } from '../policy/policies/approvals.ts';
import { authorizeWith } from '../policy/decide/authorize.ts';
import type { OnFailure } from '../policy/decide/authorize.ts';
import { caseRunProblem } from '../policy/cedar/bounds.ts';
import type { Decision, Violation } from '../model/decision.ts';
import type { Engine } from '../policy/decide/engine.ts';
import { parseInventory } from '../policy/inventory/inventory.ts';
import type { Inventory } from '../policy/inventory/inventory.ts';
import type { Authorize } from '../policy/policy.ts';
import { indexRoleAttributes, withRoleAttributes } from '../policy/policies/role-attribute-use.ts';
import type { PolicyCase } from './case-files.ts';

/**
 * Each case with another result than it expects. Throws an Error, before it runs any, if they would
 * take too long.
 */
export function failedCases(engine: Engine, inventoryText: string, cases: readonly PolicyCase[]): readonly string[] {
  const own = cases.filter(({ inventory }) => inventory !== null).length;
  const { length: applicable } = mostApplicable(engine.policySet);
  const tooLong = caseRunProblem(applicable, cases.length, own, Buffer.byteLength(inventoryText));
  if (tooLong !== null) throw new Error(tooLong);
  // Most cases have the same inventory, which can be large.
  const ofFolder = parseInventory(inventoryText);
  return cases.flatMap((one) => {
    const inventory = one.inventory === null ? ofFolder : inventoryFor(inventoryText, one);
    const problem = runCase(engine, inventoryText, one, inventory);
    return problem === null ? [] : [`${one.file}: ${one.description}\n  ${problem}`];
  });
}

/**
 * Runs a case. Returns null when the decision is the expected one, else the difference.
 *
 * @param inventoryText the inventory of the folder
 * @param inventory that of the case, where it is parsed already
 */
export function runCase(
  engine: Engine,
  inventoryText: string,
  one: PolicyCase,
  inventory: Inventory = inventoryFor(inventoryText, one),
): string | null {
  const problem = unknownPolicyProblem(engine, one);
  if (problem !== null) return problem;
  let failure = '';
  const decision = decideCase(engine, inventory, one, (detail) => (failure = ` (${detail})`));
  const subjects = one.deniedTo === null ? [] : distinct(decision.violations.map(({ deniedTo }) => `${deniedTo}`));
  const expected = verdict(one.expected, one.policyIds, one.deniedTo === null ? [] : [one.deniedTo], one.needs);
  const found = verdict(decisionResult(decision), comparedPolicies(decision, one), subjects, decision.needs ?? null);
  const isUncertain = decision.failed && one.dependsOn !== null;
  return found === expected && !isUncertain ? null : `expected: ${expected}; found: ${found}${failure}`;
}

/** The decision on the request of a case, by the policies that it depends on. */
export function decideCase(engine: Engine, inventory: Inventory, one: PolicyCase, onFailure?: OnFailure): Decision {
  const relevant = one.dependsOn === null ? engine : withForbids(engine, one.dependsOn);
  return withRolesOf(one, authorizeWith(relevant, inventory, onFailure))(one.context, one.request);
}

/**
 * The permits or violations of a decision, sorted. Of the permits, those that the case depends on,
 * if one of them applies.
 */
function comparedPolicies({ allowed, policyIds, violations }: Decision, { dependsOn }: PolicyCase): readonly string[] {
  if (!allowed) return idsOf(violations);
  const listed = policyIds.filter((id) => dependsOn?.includes(id));
  return listed.length > 0 ? listed : policyIds;
}

/** The IDs of the policies that no case covers. */
export function untestedPolicies(engine: Engine, cases: readonly PolicyCase[]): readonly string[] {
  const named = new Set(cases.flatMap((one) => one.policyIds));
  return Object.keys(engine.policySet.policies).filter((id) => !named.has(id));
}

/** An {@link Authorize} with the roles of a case. */
export function withRolesOf({ roles }: Pick<PolicyCase, 'roles'>, authorize: Authorize): Authorize {
  return withRoleAttributes(
    authorize,
    (arn) => roles.find((one) => one.arn === arn) ?? { arn, kind: 'found', tags: [], permissionsBoundary: null },
  );
}

/** The inventory of the folder with the fields of a case. */
export function inventoryFor(inventoryText: string, one: Pick<PolicyCase, 'file' | 'inventory'>): Inventory {
  if (one.inventory === null) return parseInventory(inventoryText);
  const whole: unknown = JSON.parse(inventoryText);
  return parseInventory(JSON.stringify(Object.assign({}, whole, one.inventory)), `The inventory of ${one.file}`);
}

function idsOf(violations: readonly Violation[]): readonly string[] {
  return distinct(violations.map(({ policyId }) => policyId));
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function verdict(
  result: DecisionResult,
  policyIds: readonly string[],
  deniedTo: readonly string[],
  needs: PolicyCase['needs'],
): string {
  const to = deniedTo.length > 0 ? ` to ${deniedTo.join(', ')}` : '';
  const approvers = (needs ?? []).map(({ group, count }) => `${count} of ${group}`).sort();
  const of = approvers.length > 0 ? ` of ${approvers.join(', ')}` : '';
  return `${result} by ${policyIds.join(', ') || 'nothing'}${of}${to}`;
}

/** What is wrong with the list of a case for these policies; null if nothing is. */
function unknownPolicyProblem({ policySet }: Engine, { dependsOn }: PolicyCase): string | null {
  const unknown = (dependsOn ?? []).filter((id) => !Object.hasOwn(policySet.policies, id));
  if (unknown.length === 0) return null;
  return `dependsOn names ${unknown.join(', ')}, which is not a policy: correct the id, or remove it from the list.`;
}

/**
 * An engine that decides as if it had all permits, but only these forbids. So what it denies, the
 * whole policy set denies too: a forbid overrides every permit, and without a forbid no permit
 * applies. A policy that fails to evaluate is a failure, in the list or not.
 */
function withForbids(engine: Engine, ids: readonly string[]): Engine {
  const { policySet, evaluate, evaluatePermits, usesDryRun, sessionPolicyReaders, roleAttributes } = engine;
  return {
    policySet,
    evaluatePermits,
    usesDryRun,
    sessionPolicyReaders: (request) =>
      sessionPolicyReaders(request).filter((id) => policySet.policies[id]?.effect === 'permit' || ids.includes(id)),
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
