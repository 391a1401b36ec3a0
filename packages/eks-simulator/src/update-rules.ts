import type { AssociationChange, SimulatedAssociation } from './association.ts';
import { invalidParameter } from './reply.ts';
import type { Refusal } from './reply.ts';
import { policyProblem, roleProblem, sessionTagsProblem, targetRoleProblem } from './rules.ts';

/** The body of an update, its types right and nothing else checked; null where a field is absent. */
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

/** The rules that the input and the association decide, in the order of the fields; the first broken one is told. */
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

/** A field that may be cleared: absent keeps what was, the empty string leaves nothing. */
function updated(given: string | null, before: string | null): string | null {
  return given === '' ? null : (given ?? before);
}
