import type { AssociationChoice } from './association.ts';
import { invalidParameter } from './reply.ts';
import type { Refusal } from './reply.ts';
import { roleArnPattern } from './world.ts';
import type { ClusterRef } from './world.ts';

/** The body of a create, its types right and nothing else checked; null where a field is absent. */
export interface CreateInput {
  readonly kind: 'input';
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly roleArn: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly disableSessionTags: boolean | null;
  readonly targetRoleArn: string | null;
  readonly policy: string | null;
}

/** Limits in Unicode characters, but for `tags`, a count (EKS API reference; `policy`: reported by users). */
const limits = { tags: 50, tagKey: 128, tagValue: 256, policy: 2048 };

/** The rules that the input alone decides, in the order of the fields; the first broken one is told. */
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
    roleProblem(accountId, roleArn, targetRoleArn) ??
    tagsProblem(input.tags) ??
    policyProblem(policy, disableSessionTags);
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

function roleProblem(accountId: string, roleArn: string, targetRoleArn: string | null): string | null {
  const role = roleArnPattern.exec(roleArn);
  if (!role) return `roleArn is not the ARN of an IAM role: ${roleArn}`;
  if (role[1] !== accountId) return `The role provided must be in the account of the cluster, ${accountId}: ${roleArn}`;
  if (targetRoleArn !== null && !roleArnPattern.test(targetRoleArn)) {
    return `targetRoleArn is not the ARN of an IAM role: ${targetRoleArn}`;
  }
  return null;
}

function tagsProblem(tags: CreateInput['tags']): string | null {
  if (tags === null) return null;
  const entries = Object.entries(tags);
  if (entries.length < 1 || entries.length > limits.tags) {
    return `tags must hold 1 to ${limits.tags} tags, but hold ${entries.length}`;
  }
  for (const [key, value] of entries) {
    const problem = tagProblem(key, value);
    if (problem !== null) return problem;
  }
  return null;
}

function tagProblem(key: string, value: string): string | null {
  if (key === '' || characters(key) > limits.tagKey) return `A tag's key must have 1 to ${limits.tagKey} characters`;
  if (characters(value) > limits.tagValue) {
    return `The value of tag '${key}' must have at most ${limits.tagValue} characters`;
  }
  const reserved = [key, value].find((text) => /^aws:/i.test(text));
  return reserved === undefined ? null : `The prefix aws: is reserved for AWS in keys and values of tags: ${reserved}`;
}

function policyProblem(policy: string | null, disableSessionTags: boolean): string | null {
  if (policy === null) return null;
  if (!disableSessionTags) return 'disableSessionTags must be true when a policy is provided';
  if (characters(policy) > limits.policy) return `policy must have at most ${limits.policy} characters`;
  return isJsonObject(policy) ? null : 'policy must be an IAM policy in JSON';
}

/** Counts characters, not UTF-16 units: AWS's limits are in Unicode characters. */
function characters(text: string): number {
  return Array.from(text).length;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
