import type { Approval } from '../../model/approval.ts';
import type { ApprovalNeed } from '../../model/approval-vote.ts';
import type { Decision } from '../../model/decision.ts';
import type { ComparedGroups } from '../../policy/decide/compared-groups.ts';
import { isOwnRequest } from '../../policy/entities/approval-context.ts';
import type { ApprovalSubject, AuthorizationContext, Authorize } from '../../policy/policy.ts';

/** What policy says of the vote of a principal. */
export interface VotePermission {
  /** The needs that the vote counts for: ids of policies, sorted. Empty if it is denied. */
  readonly policyIds: readonly string[];
  /**
   * Whether the principal asked for the request, or is the person on whose behalf a service did.
   */
  readonly isOwnRequest: boolean;
  /** The decision that permits the vote; if none does, one that denies it. */
  readonly decision: Decision;
}

/** What a vote is about, as far as policy judges it. */
export type VotedRequest = Pick<Approval, 'binding' | 'operation'> & {
  readonly requested: Pick<Approval['requested'], 'target'> & ApprovalSubject['requested'];
};

/**
 * Decides about a vote: policy is evaluated once for each group that the needs name, and once more
 * for one whose need is of a delete. A policy that asks for the approval of both counts the vote
 * only if it is permitted on both. Never throws.
 */
export function votePermission(
  { authorize }: { readonly authorize: Authorize },
  context: AuthorizationContext,
  { binding, requested, operation }: VotedRequest,
): VotePermission {
  const { target, principal, actor, onBehalfOf } = requested;
  const subject = { target, operation, requested: { principal, actor, onBehalfOf } };
  const decisions = new Map<string, Decision>();
  const decisionOn = (need: ApprovalNeed) => {
    const approval = { ...subject, group: need.group, operation: need.operation ?? operation };
    const key = JSON.stringify([approval.group, approval.operation]);
    const decided = decisions.get(key) ?? authorize(context, { action: 'ApproveRequest', approval });
    decisions.set(key, decided);
    return decided;
  };
  const denied = new Set(binding.needs.flatMap((need) => (decisionOn(need).allowed ? [] : [need.policyId])));
  const [first, ...others] = decisions.values();
  if (first === undefined) throw new Error('An approval has no needs.');
  const decision = [first, ...others].find(({ allowed }) => allowed) ?? first;
  return {
    policyIds: [...new Set(binding.needs.map(({ policyId }) => policyId))].filter((one) => !denied.has(one)),
    isOwnRequest: isOwnRequest(context.identity.principal.id, subject, decision.slice),
    decision,
  };
}

/** The groups by which policy can judge a vote, sorted. */
export function comparedGroupsOf(
  { comparedGroups }: { readonly comparedGroups: ComparedGroups },
  context: AuthorizationContext,
  { binding, requested, operation }: VotedRequest,
): readonly string[] {
  const { target, principal, actor, onBehalfOf } = requested;
  const subject = { target, operation, requested: { principal, actor, onBehalfOf } };
  // The same for each operation: that is in the context, by which no policy is left out.
  const compared = binding.needs.flatMap(({ group }) =>
    comparedGroups(context, { action: 'ApproveRequest', approval: { ...subject, group } }),
  );
  return [...new Set(compared)].sort();
}
