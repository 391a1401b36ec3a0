import { decisionResult } from '../../../../src/policy/policies/approvals.ts';
import { authorizeWith } from '../../../../src/policy/decide/authorize.ts';
import { indexPolicies } from '../../../../src/policy/policies/applicable.ts';
import { processCedar } from '../../../../src/policy/cedar/cedar.ts';
import type { PolicyJson } from '../../../../src/policy/cedar/cedar.ts';
import type { Engine } from '../../../../src/policy/decide/engine.ts';
import type { CedarRequest } from '../../../../src/policy/cedar/request.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import type { Decision, RoleAttributes } from '../../../../src/model/decision.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import { roleArns, withRoleAttributes, withRoles } from '../../../../src/policy/policies/role-attribute-use.ts';
import type { RoleContextKey } from '../../../../src/policy/policies/role-context.ts';

/** The decision on a request of which some role attributes may be unknown. */
export type Judgement =
  | { readonly kind: 'decided'; readonly decision: Decision }
  /**
   * These policies apply with some attributes of these roles and not with others, and the decision
   * depends on it.
   */
  | { readonly kind: 'depends'; readonly policyIds: readonly string[]; readonly roleArns: readonly string[] };

/** Decides a request with what is known of its roles. Of several with one ARN, the first counts. */
export type Judge = (
  context: AuthorizationContext,
  request: AuthorizationRequest,
  knownRoles: readonly RoleAttributes[],
) => Judgement;

/**
 * Creates a {@link Judge}. Where attributes of a role are unknown, Cedar evaluates the policies
 * that use them partially, and the request is decided twice: with each permit and without each
 * forbid of which Cedar can't say whether it applies, and the reverse. It assumes that the role
 * exists.
 */
export function makeJudge(engine: Engine, inventory: Inventory): Judge {
  const authorize = authorizeWith(engine, inventory);
  const evaluatePartially = makePartialEvaluation(engine);
  return (context, request, knownRoles) => {
    const attributesOf = (arn: string) => knownRoles.find((role) => role.arn === arn) ?? null;
    const decision = withRoleAttributes(authorize, attributesOf)(context, request);
    const { unknownRoles } = decision;
    if (unknownRoles === undefined) return { kind: 'decided', decision };
    const roles = roleArns(request);
    const known = withRoles(
      request,
      roles.flatMap(({ arn }) => attributesOf(arn) ?? []),
    );
    const keys = roles.filter(({ arn }) => unknownRoles.includes(arn)).map(({ key }) => key);
    const open = new Set<string>();
    const decide = (effect: PolicyJson['effect']) => {
      const applying = (asked: CedarRequest) => {
        const { certain, uncertain } = evaluatePartially(asked, keys);
        for (const id of uncertain) open.add(id);
        return [...certain, ...uncertain.filter((id) => engine.policySet.policies[id]?.effect === effect)];
      };
      return authorizeWith(assuming(engine, applying), inventory)(context, known);
    };
    const [most, least] = [decide('permit'), decide('forbid')];
    if (decisionResult(most) !== decisionResult(least)) {
      return { kind: 'depends', policyIds: [...open].sort(), roleArns: unknownRoles };
    }
    // The policies that decide certainly: permits where the fewest apply, forbids where the fewest
    // apply.
    return { kind: 'decided', decision: most.allowed ? least : most };
  };
}

/**
 * An engine that evaluates the policies without role attributes, and is told which of the others
 * apply.
 */
function assuming(engine: Engine, applying: (request: CedarRequest) => readonly string[]): Engine {
  const others = engine.roleAttributes?.others ?? engine;
  const applyingOf = (request: CedarRequest, wanted: PolicyJson['effect']) =>
    applying(request).filter((id) => engine.policySet.policies[id]?.effect === wanted);
  const withPermits = (result: ReturnType<Engine['evaluate']>, request: CedarRequest): typeof result => {
    const permits = applyingOf(request, 'permit');
    if (result.kind === 'failed' || permits.length === 0) return result;
    const policyIds = [...(result.allowed ? result.policyIds : []), ...permits].sort();
    return { kind: 'decided', allowed: true, policyIds };
  };
  return {
    policySet: engine.policySet,
    roleAttributes: null,
    usesDryRun: engine.usesDryRun,
    sessionPolicyReaders: engine.sessionPolicyReaders,
    evaluatePermits: (request) => withPermits(others.evaluatePermits(request), request),
    evaluate: (request) => {
      const result = others.evaluate(request);
      if (result.kind === 'failed') return result;
      const forbids = [...(result.allowed ? [] : result.policyIds), ...applyingOf(request, 'forbid')].sort();
      if (forbids.length > 0) return { kind: 'decided', allowed: false, policyIds: forbids };
      return withPermits(result, request);
    },
  };
}

/**
 * The policies with role attributes that apply to a request, and those that apply with some values
 * of the unknown roles.
 */
type PartialEvaluation = (
  request: CedarRequest,
  keys: readonly RoleContextKey[],
) => { readonly certain: readonly string[]; readonly uncertain: readonly string[] };

/** Throws where Cedar can't evaluate, so that the decision is a failed one. */
function makePartialEvaluation({ policySet, roleAttributes }: Engine): PartialEvaluation {
  const others = roleAttributes?.others.policySet.policies ?? policySet.policies;
  const using = Object.entries(policySet.policies).filter(([id]) => !Object.hasOwn(others, id));
  const applicable = indexPolicies({ ...policySet, policies: Object.fromEntries(using) });
  return (request, keys) => {
    const staticPolicies = Object.fromEntries(
      Object.entries(applicable(request).policies).map(([id, policy]) => [id, withUnknownRoles(policy, keys)]),
    );
    const answer = processCedar.instance().isAuthorizedPartial({ ...request, policies: { staticPolicies } });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
    const { satisfied, errored, nontrivialResiduals } = answer.response;
    if (errored.length > 0) throw new Error(`Cedar can't evaluate ${errored.join(', ')}`);
    return { certain: satisfied, uncertain: nontrivialResiduals };
  };
}

/**
 * A part of a policy in which these roles of the context are there, with attributes that are
 * unknown to Cedar.
 */
function withUnknownRoles<Part>(part: Part, keys: readonly RoleContextKey[]): Part {
  if (Array.isArray(part)) return part.map((one: unknown) => withUnknownRoles(one, keys)) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const { '.': access, has, Var: variable } = part as Readonly<Record<string, unknown>>;
  if (variable === 'context') return unknown('context') as Part;
  const read = contextAttribute(access);
  if (read !== null) return keys.some((key) => key === read) ? (unknown(read) as Part) : part;
  const tested = contextAttribute(has);
  if (tested !== null) return keys.some((key) => key === tested) ? ({ Value: true } as Part) : part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]: [string, unknown]) => [name, withUnknownRoles(value, keys)]),
  ) as Part;
}

function unknown(name: string) {
  return { unknown: [{ Value: name }] };
}

/** The attribute of the context that an operand of `.` or `has` names; null for another one. */
function contextAttribute(operand: unknown): string | null {
  const { left, attr } = (operand ?? {}) as { readonly left?: { readonly Var?: unknown }; readonly attr?: unknown };
  return left?.Var === 'context' && typeof attr === 'string' ? attr : null;
}
