import { indexPolicies } from './applicable.ts';
import { toCedar } from './entities.ts';
import type { Inventory } from './inventory.ts';
import type { AuthorizationContext, AuthorizationRequest } from './policy.ts';
import type { PolicySet } from './policy-set.ts';
import { groupsNamed } from './recorded-principal.ts';
import { sliceFor } from './slice.ts';

/** A request about a vote. */
type VoteRequest = Extract<AuthorizationRequest, { action: 'ApproveRequest' }>;

/** The groups by which policy can judge a vote, sorted: no others can change its decision. */
export type ComparedGroups = (context: AuthorizationContext, request: VoteRequest) => readonly string[];

/** Creates the {@link ComparedGroups} of these policies and this inventory. */
export function makeComparedGroups(policySet: PolicySet, inventory: Inventory): ComparedGroups {
  const applicable = indexPolicies(policySet);
  return (context, request) => {
    const slice = sliceFor(inventory, context, request);
    if (slice.cluster === null) return [];
    const named = groupsNamed(applicable(toCedar(context, request, slice)));
    return [...new Set([...named, ...(slice.namespace?.owners ?? []), request.approval.group])].sort();
  };
}
