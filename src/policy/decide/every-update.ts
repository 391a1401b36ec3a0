import type { Decision } from '../../model/decision.ts';
import { processCedar } from '../cedar/cedar.ts';
import type { CedarHost, PolicyJson } from '../cedar/cedar.ts';
import type { CedarRequest } from '../cedar/request.ts';
import { toCedar } from '../entities/entities.ts';
import { sliceFor } from '../entities/slice.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { indexPolicies } from '../policies/applicable.ts';
import { readsAnyOf } from '../policies/entity-use.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import { reportFailure } from './authorize.ts';
import type { OnFailure } from './authorize.ts';

/** A request about an update. */
type UpdateRequest = Extract<AuthorizationRequest, { action: 'UpdatePodIdentityAssociation' }>;

/**
 * Whether what denied an update denies every other update of the association to the same principal
 * too: whatever settings and ending it has. Each rule is judged by itself. Never throws.
 */
export type DeniesEveryUpdate = (
  context: AuthorizationContext,
  request: UpdateRequest,
  denial: Pick<Decision, 'violations'>,
) => boolean;

/**
 * The {@link DeniesEveryUpdate} of a policy, by its factory: only the functions that answer requests
 * have that in their bundle.
 */
export type DeniesEveryUpdateOf = (make: typeof makeDeniesEveryUpdate) => DeniesEveryUpdate;

/** Violations of no policy that another update can't have. */
const ofEveryUpdate: readonly string[] = ['cluster-not-registered', 'evaluation-failed'];

/**
 * Creates the {@link DeniesEveryUpdate} of these policies and this inventory. A rule that reads
 * nothing which an update can change decides about every update alike. Another one is evaluated
 * with what it reads of that assumed: a forbid not to apply for it, a permit to apply. Where Cedar
 * can't evaluate, an update may be permitted; an exception is reported to `onFailure`.
 */
export function makeDeniesEveryUpdate(
  policySet: PolicySet,
  inventory: Inventory,
  onFailure?: OnFailure,
  host: CedarHost = processCedar,
): DeniesEveryUpdate {
  const applicable = indexPolicies(policySet);
  const readers = new WeakMap<PolicyJson, boolean>();
  const isReader = (policy: PolicyJson): boolean => {
    const known = readers.get(policy) ?? readsUpdate(policy.conditions);
    readers.set(policy, known);
    return known;
  };

  const deniesEvery: DeniesEveryUpdate = (context, request, { violations }) => {
    const ids = violations.map(({ policyId }) => policyId);
    if (ids.some((id) => ofEveryUpdate.includes(id))) return true;
    const cedarRequest = toCedar(context, request, sliceFor(inventory, context, request));
    const { policies } = applicable(cedarRequest);
    const forbids = ids.flatMap((id) => policies[id] ?? []);
    if (!forbids.every(isReader)) return true;
    const permits = Object.values(policies).filter((policy) => policy.effect === 'permit' && isReader(policy));
    const isPermitted = !ids.includes('default-deny') || applies(host, permits, cedarRequest) !== false;
    return !isPermitted || applies(host, forbids, cedarRequest) === true;
  };

  return (...asked) => {
    try {
      return deniesEvery(...asked);
    } catch (error) {
      reportFailure(onFailure, error);
      return false;
    }
  };
}

/**
 * Whether one of the permits applies to an update at best, or one of the forbids to every update;
 * null where Cedar can't say.
 */
function applies(host: CedarHost, policies: readonly PolicyJson[], request: CedarRequest): boolean | null {
  if (policies.length === 0) return false;
  // Cedar's own unknowns are of no use here: it does not see that `unknown || true` is true.
  const staticPolicies = Object.fromEntries(policies.map((policy, index) => [`policy-${index}`, withAssumed(policy)]));
  const answer = host.instance().isAuthorizedPartial({ ...request, policies: { staticPolicies } });
  if (answer.type === 'failure') return null;
  const { satisfied, errored } = answer.response;
  return satisfied.length > 0 || (errored.length > 0 ? null : false);
}

/** The policy with its conditions on an update assumed: those of a permit met, those of a forbid not. */
function withAssumed(policy: PolicyJson): PolicyJson {
  const isMet = policy.effect === 'permit';
  const conditions = policy.conditions.map(({ kind, body }) => ({
    kind,
    body: assume(body, (kind === 'when') === isMet),
  }));
  return { ...policy, conditions };
}

type Expression = PolicyJson['conditions'][number]['body'];
type Logical = Readonly<Record<string, Readonly<Record<string, Expression>> | undefined>>;

/**
 * An expression in which each part that reads what an update can change is replaced by the value
 * for which the whole is most likely this one.
 */
function assume(expression: Expression, value: boolean): Expression {
  if (!readsUpdate(expression)) return expression;
  const { '&&': and, '||': or, '!': not } = expression as Logical;
  if (not?.arg !== undefined) return { '!': { arg: assume(not.arg, !value) } };
  for (const [operator, operands] of Object.entries({ '&&': and, '||': or })) {
    if (operands?.left === undefined || operands.right === undefined) continue;
    const [left, right] = [assume(operands.left, value), assume(operands.right, value)];
    return { [operator]: { left, right } } as Expression;
  }
  return { Value: value };
}

/** What the context has of the settings and the ending of an update; the resource has `settings`. */
const changeable = ['settings', 'iamRole', 'iamTargetRole', 'sessionPolicy', 'lifetimeHours', 'clearsExpiresAt'];

function readsUpdate(part: unknown): boolean {
  return readsAnyOf(part, changeable);
}
