import type { AssociationChange, SimulatedAssociation } from './association.ts';
import { invalidParameter } from './reply.ts';
import type { Refusal } from './reply.ts';
import { policyProblem, roleProblem, sessionTagsProblem, targetRoleProblem } from './rules.ts';

/** Body of an update with checked types; null for an absent field. */
export interface UpdateInput {
  readonly kind: 'input';
  readonly roleArn: string | null;
  readonly disableSessionTags: boolean | null;
  /** The empty string clears it. */
  readonly targetRoleArn: string | null;
  /** The empty string clears it. */
  readonly policy: string | null;
  readonly clientRequestToken: string | null;
}

/**
 * Checks the rules that depend on input and association, in the order of the fields. Reports the
 * first violation.
 */
export function checkUpdateInput(
  association: SimulatedAssociation,
  input: UpdateInput,
): { readonly kind: 'valid'; readonly change: AssociationChange } | Refusal {
  const { accountId, clusterName } = association;
  const { roleArn } = input;
  const { kind: _, clientRequestToken: _token, ...fields } = input;
  if (Object.values(fields).every((field) => field === null)) {
    return invalidParameter(clusterName, `At least one of ${Object.keys(fields).join(', ')} must be provided`);
  }

  const disableSessionTags = input.disableSessionTags ?? association.disableSessionTags;
  const targetRoleArn = updated(input.targetRoleArn, association.targetRoleArn);
  const policy = updated(input.policy, association.policy);
  const problem =
    (roleArn === null ? null : roleProblem(accountId, roleArn)) ??
    targetRoleProblem(updated(input.targetRoleArn, null)) ??
    sessionTagsProblem(policy, disableSessionTags) ??
    policyProblem(updated(input.policy, null));
  if (problem !== null) return invalidParameter(clusterName, problem);
  const role = roleArn === null ? {} : { roleArn };
  return { kind: 'valid', change: { ...role, disableSessionTags, targetRoleArn, policy } };
}

/** New value of a field that can be cleared: an absent one is kept, the empty string clears it. */
function updated(given: string | null, before: string | null): string | null {
  return given === '' ? null : (given ?? before);
}
