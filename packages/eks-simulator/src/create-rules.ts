import type { AssociationChoice } from './association.ts';
import { invalidParameter } from './reply.ts';
import type { Refusal } from './reply.ts';
import { policyProblem, roleProblem, sessionTagsProblem, tagsProblem, targetRoleProblem } from './rules.ts';
import type { ClusterRef } from './world-names.ts';

/** Body of a create with checked types; null for an absent field. */
export interface CreateInput {
  readonly kind: 'input';
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly roleArn: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly disableSessionTags: boolean | null;
  readonly targetRoleArn: string | null;
  readonly policy: string | null;
  readonly clientRequestToken: string | null;
}

/**
 * Checks the rules that depend on the input only, in the order of the fields. Reports the first
 * violation.
 */
export function checkCreateInput(
  { accountId, clusterName }: ClusterRef,
  input: CreateInput,
): { readonly kind: 'valid'; readonly choice: AssociationChoice } | Refusal {
  const { namespace, serviceAccount, roleArn, targetRoleArn, policy } = input;
  const disableSessionTags = input.disableSessionTags ?? false;
  if (!namespace) return invalidParameter(clusterName, 'namespace is required');
  if (!serviceAccount) return invalidParameter(clusterName, 'serviceAccount is required');
  if (!roleArn) return invalidParameter(clusterName, 'roleArn is required');

  const problem =
    wildcardProblem(namespace, serviceAccount) ??
    roleProblem(accountId, roleArn) ??
    targetRoleProblem(targetRoleArn) ??
    (input.tags && tagsProblem(input.tags)) ??
    sessionTagsProblem(policy, disableSessionTags) ??
    policyProblem(policy);
  if (problem !== null) return invalidParameter(clusterName, problem);
  const tags = input.tags ?? {};
  const choice = {
    namespace,
    serviceAccount,
    roleArn,
    tags,
    disableSessionTags,
    targetRoleArn,
    policy,
    ownerArn: null,
  };
  return { kind: 'valid', choice };
}

function wildcardProblem(...names: readonly string[]): string | null {
  const name = names.find((each) => each.includes('*'));
  return name === undefined ? null : `Wildcards are not supported: ${name}`;
}
