import { indexPolicies } from '../policies/applicable.ts';
import { toCedar } from '../entities/entities.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import { groupsNamed } from '../policies/recorded-principal.ts';
import { sliceFor } from '../entities/slice.ts';

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
