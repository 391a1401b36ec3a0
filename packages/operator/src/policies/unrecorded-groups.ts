import { indexPolicies } from '../../../../src/policy/policies/applicable.ts';
import { decisionResult } from '../../../../src/policy/policies/approvals.ts';
import type { PolicySet } from '../../../../src/policy/policies/compile.ts';
import { toCedar } from '../../../../src/policy/entities/entities.ts';
import { groupsNamed } from '../../../../src/policy/policies/recorded-principal.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import type { Judgement } from './unknown-roles.ts';

/** The fields of an audit entry that show which groups it records. */
interface Entry {
  readonly principal: RecordedPrincipal;
  readonly actor: RecordedPrincipal | null;
  readonly decision: {
    readonly policySetHash: string;
    readonly inventoryHash: string;
    readonly slice: { readonly namespace?: { readonly owners: readonly string[] } | null } | null;
  };
}

/** A request that was decided again. */
interface Decided {
  readonly decision: Decision;
  readonly context: AuthorizationContext;
  readonly request: AuthorizationRequest;
  /** Decides the same request in another context. */
  readonly judge: (context: AuthorizationContext) => Judgement;
}

/**
 * Requests that would be decided otherwise if a principal were in a group that its entry may have
 * left out.
 */
export interface UnrecordedGroups {
  readonly requests: number;
  /** Sorted. */
  readonly groups: readonly string[];
}

/**
 * Creates a collection of requests that groups which are not recorded would decide otherwise, each
 * group alone. Candidates are groups named by a changed policy that can apply, and owners of the
 * namespace: no others can change the decision.
 *
 * An entry records every group of the policies and owners of its time (see `makeRecordPrincipal`),
 * so a group was not left out if another entry with the same hashes has it, or if the policies with
 * the hash name it.
 *
 * @param policySet the changed policies
 * @param groupsNamedBy the groups that the policies with a hash name; none if they are not known
 */
export function collectUnrecordedGroups(
  policySet: PolicySet,
  groupsNamedBy: (policySetHash: string) => readonly string[],
) {
  const applicable = indexPolicies(policySet);
  const recorded = new Map<string, Set<string>>();
  const open: { readonly entry: Entry['decision']; readonly groups: readonly string[] }[] = [];

  const note = ({ principal, actor, decision }: Entry) => {
    const known = recorded.get(keyOf(decision)) ?? new Set();
    for (const group of [...principal.groups, ...(actor?.groups ?? [])]) known.add(group);
    recorded.set(keyOf(decision), known);
  };

  const add = (entry: Entry, { decision, context, request, judge }: Decided) => {
    const incomplete = (['principal', 'actor'] as const).filter((who) => (entry[who]?.otherGroups ?? null) !== null);
    if (incomplete.length === 0 || decision.failed || decision.slice.cluster === null) return;
    const named = groupsNamed(applicable(toCedar(context, request, decision.slice)));
    const isOtherwise = (other: AuthorizationContext) => {
      const judged = judge(other);
      return judged.kind === 'depends' || decisionResult(judged.decision) !== decisionResult(decision);
    };
    const wereOwners = entry.decision.slice?.namespace?.owners ?? [];
    const groups = [...new Set([...named, ...(decision.slice.namespace?.owners ?? [])])]
      .filter((group) => !wereOwners.includes(group))
      .filter((group) => incomplete.some((who) => isOtherwise(withGroup(context, who, group))));
    if (groups.length > 0) open.push({ entry: entry.decision, groups });
  };

  const found = (): UnrecordedGroups => {
    const left = open.flatMap(({ entry, groups }) => {
      const known = [...(recorded.get(keyOf(entry)) ?? []), ...groupsNamedBy(entry.policySetHash)];
      const unknown = groups.filter((group) => !known.includes(group));
      return unknown.length === 0 ? [] : [unknown];
    });
    return { requests: left.length, groups: [...new Set(left.flat())].sort() };
  };

  return { note, add, found };
}

function keyOf({ policySetHash, inventoryHash }: Entry['decision']): string {
  return `${policySetHash} ${inventoryHash}`;
}

function withGroup(context: AuthorizationContext, who: 'principal' | 'actor', group: string): AuthorizationContext {
  const { identity } = context;
  const principal = identity[who];
  if (principal === null) return context;
  return { ...context, identity: { ...identity, [who]: { ...principal, groups: [...principal.groups, group] } } };
}
