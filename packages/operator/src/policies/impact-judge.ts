import type { CreateRequest } from '../../../../src/model/association.ts';
import { isErased } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { Principal, RequestIdentity } from '../../../../src/model/principal.ts';
import { createRequestOf } from '../../../../src/operations/terms/differences.ts';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import { decisionResult } from '../../../../src/policy/policies/approvals.ts';
import type { Engine } from '../../../../src/policy/decide/engine.ts';
import { clusterIn } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { namespaceIn } from '../../../../src/policy/inventory/namespaces.ts';
import type { AuthorizationContext } from '../../../../src/policy/policy.ts';
import { groupsNamed } from '../../../../src/policy/policies/recorded-principal.ts';
import type { ObservedAssociation } from '../observed-associations.ts';
import { verdict } from './recorded-request.ts';
import { makeJudge } from './unknown-roles.ts';
import type { Judge, Judgement } from './unknown-roles.ts';

/** Policies with an inventory. */
export interface PoliciesInUse {
  readonly engine: Engine;
  readonly inventory: Inventory;
}

/**
 * How a decision differs: denied now, allowed now, needing an approval now, open because role
 * attributes are not known, or the same result by other policies.
 */
export const differences = ['FORBIDDEN', 'PERMITTED', 'NEEDS_APPROVAL', 'DEPENDS', 'OTHER_REASONS'] as const;
type Difference = (typeof differences)[number];

/**
 * What would be decided otherwise about a create of an association, for the principals of whom the
 * same is true.
 */
export interface Impact {
  readonly kind: Difference;
  readonly association: CreateRequest;
  readonly origin: ObservedAssociation['origin'];
  /** By whom it was judged, in words. */
  readonly principals: readonly string[];
  /** The policies that newly deny, no longer deny, or leave it open. */
  readonly policyIds: readonly string[];
  /** The roles on whose attributes it depends. */
  readonly roleArns: readonly string[];
  /** The decisions in words. */
  readonly before: string;
  readonly after: string;
}

/** By whom an association is judged. */
interface JudgedBy {
  readonly name: string;
  readonly context: Omit<AuthorizationContext, 'now' | 'hasReason'>;
}

/**
 * Creates the function that judges a create of an association as it is by two sets of policies, and
 * gives what differs. The create is by the principal of the operation that made the association,
 * and by a member of each group that owns the namespace in either inventory. Where there is
 * neither, it is by a member of each group that policies name and permit it, else by a principal in
 * no group. Where policies ask for a reason, with and without one.
 *
 * @param now the time of the decisions, in milliseconds since the epoch
 * @param roles attributes of roles; those of other roles are unknown
 */
export function makeImpactJudge(
  before: PoliciesInUse,
  after: PoliciesInUse,
  roles: readonly RoleAttributes[],
  now: number,
): (observed: ObservedAssociation) => readonly Impact[] {
  const sides = [before, after];
  const [judgeBefore, judgeAfter] = [before, after].map(({ engine, inventory }) => makeJudge(engine, inventory)) as [
    Judge,
    Judge,
  ];
  const named = [...new Set(sides.flatMap(({ engine }) => groupsNamed(engine.policySet)))].sort();
  const asksForReason = sides.some(({ engine }) => JSON.stringify(engine.policySet.policies).includes('"hasReason"'));
  const reasons = asksForReason ? [false, true] : [false];

  return ({ association, origin, entry }) => {
    const request = createRequestOf(association);
    const owners = [...new Set(sides.flatMap(({ inventory }) => ownersOf(inventory, request)))];
    const asked = { action: 'CreatePodIdentityAssociation', association: request } as const;
    const judge = (by: JudgedBy) =>
      reasons.map((hasReason) => {
        const context = { ...by.context, hasReason, now };
        const name = asksForReason ? `${by.name} ${hasReason ? 'with' : 'without'} a reason` : by.name;
        return { name, was: judgeBefore(context, asked, roles), is: judgeAfter(context, asked, roles) };
      });
    const known = knownPrincipals(origin === 'OPERATION' ? entry : null, owners);
    const guessed = known.length > 0 ? [] : named.map(member).flatMap(judge);
    const permitted = guessed.filter(({ was, is }) => [was, is].some(hasPermit));
    const judged = known.length === 0 && permitted.length === 0 ? judge(stranger) : known.flatMap(judge);
    const impacts = new Map<string, Impact>();
    for (const { name, was, is } of [...judged, ...permitted]) {
      const difference = differenceOf(was, is);
      if (difference === null) continue;
      const key = JSON.stringify(difference);
      const principals = [...(impacts.get(key)?.principals ?? []), name];
      impacts.set(key, { ...difference, association: request, origin, principals });
    }
    return [...impacts.values()];
  };
}

function ownersOf(inventory: Inventory, target: CreateRequest): readonly string[] {
  const cluster = clusterIn(inventory, target);
  return cluster === null ? [] : namespaceIn(inventory, cluster, target.namespace).owners;
}

/** The owners of an association, and the principal of the operation that made it. */
function knownPrincipals(entry: AuditEntry | null, owners: readonly string[]): readonly JudgedBy[] {
  return [...owners.map(member), ...(entry !== null && isComplete(entry) ? [makerOf(entry)] : [])];
}

/** Whether an entry has everything about its principal that policies can read. */
function isComplete(entry: AuditEntry): boolean {
  return !isErased(entry) && !entry.omitted.some((path) => /^(principal|actor|onBehalfOf)\b/.test(path));
}

function makerOf(entry: AuditEntry): JudgedBy {
  const { principal, onBehalfOf } = entry;
  const name = onBehalfOf === null ? principal.id : `${principal.id} on behalf of ${onBehalfOf}`;
  return { name, context: { identity: entry, onBehalfOf } };
}

function member(group: string): JudgedBy {
  return { name: `a member of ${group}`, context: contextOf(personIn([group])) };
}

/** A person whom no policy and no inventory names. */
function personIn(groups: readonly string[]): Principal {
  return { id: 'policies-impact#member', kind: 'USER', groups, sessionName: null };
}

function contextOf(principal: Principal): JudgedBy['context'] {
  const unknown = { actor: null, sourceAddress: null, userAgent: null } satisfies Partial<RequestIdentity>;
  return { identity: { principal, ...unknown, apiRequestId: 'policies-impact' }, onBehalfOf: null };
}

/** Whether a permit applies, or may. */
function hasPermit(judged: Judgement): boolean {
  const withoutPermit: readonly string[] = ['default-deny', 'cluster-not-registered'];
  return (
    judged.kind === 'depends' || !judged.decision.violations.some(({ policyId }) => withoutPermit.includes(policyId))
  );
}

/**
 * By whom an association is judged that no group which policies name may create: policies that deny
 * it regardless of who asks are found by it.
 */
const stranger: JudgedBy = { name: 'a principal in no group', context: contextOf(personIn([])) };

/**
 * How two decisions differ; null if both allow, or if the same policies deny or ask for the same
 * approvals.
 */
function differenceOf(was: Judgement, is: Judgement): Omit<Impact, 'association' | 'origin' | 'principals'> | null {
  const [before, after] = [inWords(was), inWords(is)];
  if (was.kind === 'depends' || is.kind === 'depends') {
    if (before === after) return null;
    const open = [was, is].filter((one) => one.kind === 'depends');
    const policyIds = distinct(open.flatMap((one) => one.policyIds));
    return { kind: 'DEPENDS', policyIds, roleArns: distinct(open.flatMap((one) => one.roleArns)), before, after };
  }
  if (was.decision.allowed && is.decision.allowed) return null;
  const [denied, denies] = [deniedBy(was.decision), deniedBy(is.decision)];
  const [added, removed] = [without(denies, denied), without(denied, denies)];
  if (before === after) return null;
  const result = decisionResult(is.decision);
  const kind = result === decisionResult(was.decision) ? 'OTHER_REASONS' : kinds[result];
  const [policyIds = denies] = [added, removed].filter(({ length }) => length > 0);
  return { kind, policyIds, roleArns: [], before, after };
}

const kinds = { allowed: 'PERMITTED', denied: 'FORBIDDEN', 'needs approval': 'NEEDS_APPROVAL' } as const;

function inWords(judged: Judgement): string {
  if (judged.kind === 'decided') return verdict(judged.decision);
  return `depends on ${judged.roleArns.join(', ')}, by ${judged.policyIds.join(', ')}`;
}

function deniedBy({ violations }: Extract<Judgement, { kind: 'decided' }>['decision']): readonly string[] {
  return distinct(violations.map(({ policyId }) => policyId));
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function without(texts: readonly string[], others: readonly string[]): readonly string[] {
  return texts.filter((text) => !others.includes(text));
}
