import type { Decision, InventorySlice } from '../../model/decision.ts';
import { isLiftable, needsOf } from '../policies/approvals.ts';
import { compilePolicies } from '../policies/compile.ts';
import type { PolicySources } from '../policies/compile.ts';
import { makeEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { toCedar } from '../entities/entities.ts';
import { clusterNotRegistered, defaultDeny, evaluationFailed, forbidden } from './explain.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { bothOf, contextOfPerson } from './on-behalf-of.ts';
import type { Verdict } from './on-behalf-of.ts';
import type { AuthorizationContext, Authorize, AuthorizationRequest } from '../policy.ts';
import { clusterOf, emptySlice, sliceFor } from '../entities/slice.ts';
import { denialFor, unknownRoles, whateverRoles } from './unknown-roles.ts';
import { unreadSessionPolicy, withUnread } from './unread-session-policy.ts';

/** Receives why a policy evaluation failed, for the operators' log. Callers never see it. */
export type OnFailure = (detail: string) => void;

/** A decision without the hash of the inventory. */
type DecisionOnSlice = Omit<Decision, 'inventoryHash'>;

/**
 * Creates the policy decision point for these policies and this inventory. Throws when the policies
 * are invalid (see compilePolicies). The returned function never throws. Create few: see
 * makeEngine.
 */
export function makeAuthorize(
  sources: PolicySources & { readonly inventory: Inventory; readonly onFailure?: OnFailure },
): Authorize {
  return authorizeWith(makeEngine(compilePolicies(sources)), sources.inventory, sources.onFailure);
}

/**
 * Creates the policy decision point for an existing engine, e.g. one whose policies were compiled
 * at build time.
 */
export function authorizeWith(engine: Engine, inventory: Inventory, onFailure?: OnFailure): Authorize {
  return (context, request) => {
    let slice = emptySlice;
    let decision: DecisionOnSlice;
    try {
      slice = sliceFor(inventory, context, request);
      decision = authorizeOnSlice(engine, context, request, slice, onFailure);
    } catch (error) {
      decision = failed(engine, context, slice, [], error, onFailure);
    }
    return { ...decision, inventoryHash: inventory.hash };
  };
}

/**
 * Authorizes a request with a slice of the inventory, such as one from an audit entry. Never
 * throws: a failed evaluation is a denial with `failed` set.
 *
 * A dry run that policy does not deny is decided as the change that it asks about. Where the change
 * is denied, it is allowed as a dry run only.
 */
export function authorizeOnSlice(
  engine: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
  onFailure?: OnFailure,
): DecisionOnSlice {
  const decision = decideOnSlice(engine, context, request, slice, onFailure);
  const isDenied = ({ allowed, needs }: DecisionOnSlice) => !allowed && needs === undefined;
  if (context.isDryRun !== true || isDenied(decision)) return decision;
  if (!engine.usesDryRun(toCedar(context, request, slice))) return decision;
  const change = decideOnSlice(engine, { ...context, isDryRun: false }, request, slice, onFailure);
  const isCertain = !change.failed && change.unknownRoles === undefined;
  return decision.allowed && isDenied(change) && isCertain ? { ...decision, onlyAsDryRun: true } : change;
}

function decideOnSlice(
  engine: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
  onFailure: OnFailure | undefined,
): DecisionOnSlice {
  const fail = (policyIds: readonly string[], cause: unknown) =>
    failed(engine, context, slice, policyIds, cause, onFailure);
  const denied = { allowed: false, failed: false, policySetHash: engine.policySet.hash, now: context.now, slice };
  try {
    if (clusterOf(request) !== null && slice.cluster === null) {
      return { ...denied, policyIds: [], violations: [clusterNotRegistered(request)] };
    }
    const roles = unknownRoles(engine, context, request, slice);
    const result = verdictOfBoth(roles?.others ?? engine, context, request, slice);
    if (result.kind === 'failed') return fail(result.policyIds, result.detail);
    const unread = unreadSessionPolicy(engine, context, request, slice);
    if (unread !== null) return { ...denied, ...withUnread(unread, result.verdict) };
    const decided = roles === null ? result.verdict : whateverRoles(roles, result.verdict);
    if (decided === null) return { ...denied, ...denialFor(roles?.unknown ?? []) };
    const { needsApproval, ...verdict } = decided;
    if (!needsApproval) return { ...denied, ...verdict };
    const needs = needsOf(engine.policySet, verdict.policyIds, context.identity.principal);
    return { ...denied, ...verdict, needs };
  } catch (error) {
    return fail([], error);
  }
}

/** The policy decision on a request of one principal, or why it could not be evaluated. */
type VerdictResult =
  { readonly kind: 'decided'; readonly verdict: Verdict } | Extract<ReturnType<Engine['evaluate']>, { kind: 'failed' }>;

/** Evaluates policy for the principal and, if the request names one, for the person. */
function verdictOfBoth(
  engine: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): VerdictResult {
  const ofPrincipal = verdictOn(engine, context, request, slice, null);
  const asPerson = contextOfPerson(context, slice);
  if (ofPrincipal.kind === 'failed' || asPerson === null) return ofPrincipal;
  const ofPerson = verdictOn(engine, asPerson, request, slice, context.onBehalfOf);
  if (ofPerson.kind === 'failed') return ofPerson;
  return { kind: 'decided', verdict: bothOf(ofPrincipal.verdict, ofPerson.verdict, context.onBehalfOf ?? '') };
}

/**
 * Evaluates policy for one principal.
 *
 * @param person the name of the principal, if it is the person in `onBehalfOf`; null otherwise
 */
function verdictOn(
  engine: Engine,
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
  person: string | null,
): VerdictResult {
  const cedarRequest = toCedar(context, request, slice);
  const result = engine.evaluate(cedarRequest);
  if (result.kind === 'failed') return result;
  const { allowed, policyIds: applied } = result;
  const decided = (verdict: Omit<Verdict, 'allowed'>) =>
    ({ kind: 'decided', verdict: { allowed, ...verdict } }) as const;
  if (allowed) return decided({ policyIds: applied, violations: [], needsApproval: false });
  // Cedar lists no policy when none applied. When forbids applied it lists only these, so the
  // permits are evaluated alone.
  const permits = applied.length > 0 ? engine.evaluatePermits(cedarRequest) : result;
  if (permits.kind === 'failed') return permits;
  const final = applied.filter((id) => !isLiftable(engine.policySet.policies[id]));
  const needsApproval = permits.allowed && final.length === 0;
  // An approval lifts no denial, so the forbids that it would lift are not among the reasons of
  // one.
  const policyIds = needsApproval ? applied : final;
  const forbids = forbidden(engine.policySet, policyIds);
  const violations = permits.allowed ? forbids : [...forbids, defaultDeny(request, slice, person)];
  const permittedBy = needsApproval ? { permittedBy: permits.policyIds } : {};
  return decided({ policyIds, violations, needsApproval, ...permittedBy });
}

function failed(
  engine: Engine,
  { now }: AuthorizationContext,
  slice: InventorySlice,
  policyIds: readonly string[],
  cause: unknown,
  onFailure: OnFailure | undefined,
): DecisionOnSlice {
  reportFailure(onFailure, cause);
  return {
    allowed: false,
    failed: true,
    policyIds,
    violations: [evaluationFailed],
    policySetHash: engine.policySet.hash,
    now,
    slice,
  };
}

/**
 * Reports why policy could not be evaluated. Never throws: a failing log must not turn a denial
 * into an exception.
 */
export function reportFailure(onFailure: OnFailure | undefined, cause: unknown): void {
  try {
    onFailure?.(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  } catch {
    // The decision stands without its report.
  }
}
