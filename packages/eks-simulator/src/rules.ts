import type { RoleState } from './roles.ts';
import { roleArnPattern } from './world-names.ts';

/**
 * Limits in Unicode characters; `tags` is a count (EKS API reference; `policy`: reported by users).
 */
const limits = { tags: 50, tagKey: 128, tagValue: 256, policy: 2048 };

/**
 * Problem with a role's ARN in a cluster of the given account; null when it is valid. The message
 * for another account is the one that users report for an update with the empty string as role.
 */
export function roleProblem(accountId: string, roleArn: string): string | null {
  const role = roleArnPattern.exec(roleArn);
  if (!role && roleArn !== '') return `roleArn is not the ARN of an IAM role: ${roleArn}`;
  return role?.[1] === accountId ? null : 'Cross-account pass role is not allowed';
}

/** Problem with a target role's ARN, which may be in any account. */
export function targetRoleProblem(targetRoleArn: string | null): string | null {
  if (targetRoleArn === null || roleArnPattern.test(targetRoleArn)) return null;
  return `targetRoleArn is not the ARN of an IAM role: ${targetRoleArn}`;
}

/** EKS's message for a role that it does not accept; null for one that it accepts. */
export function roleStateProblem(state: RoleState): string | null {
  if (state === 'absent') return 'Role provided in the request does not exist';
  return state === 'mistrusting' ? 'Trust policy of the role provided is invalid.' : null;
}

/** A session policy requires that session tags are disabled (EKS API reference). */
export function sessionTagsProblem(policy: string | null, disableSessionTags: boolean): string | null {
  return policy === null || disableSessionTags ? null : 'disableSessionTags must be true when a policy is provided';
}

/** Problem with the text of a session policy. */
export function policyProblem(policy: string | null): string | null {
  if (policy === null) return null;
  if (characters(policy) > limits.policy) return `policy must have at most ${limits.policy} characters`;
  return isJsonObject(policy) ? null : 'policy must be an IAM policy in JSON';
}

/** Problem with the tags of one request. */
export function tagsProblem(tags: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(tags);
  if (entries.length < 1 || entries.length > limits.tags) {
    return `tags must hold 1 to ${limits.tags} tags; got ${entries.length}`;
  }
  return firstProblem(entries, ([key, value]) => tagKeyProblem(key) ?? tagValueProblem(key, value));
}

/** Problem with the keys of tags to remove. */
export function tagKeysProblem(tagKeys: readonly string[]): string | null {
  if (tagKeys.length < 1 || tagKeys.length > limits.tags) {
    return `tagKeys must hold 1 to ${limits.tags} keys; got ${tagKeys.length}`;
  }
  return firstProblem(tagKeys, tagKeyProblem);
}

/**
 * Problem with all tags of a resource together. Tags of AWS do not count against the limit (EKS API
 * reference).
 */
export function allTagsProblem(tags: Readonly<Record<string, string>>): string | null {
  const count = Object.keys(tags).filter((key) => !isReserved(key)).length;
  return count > limits.tags ? `A resource can have at most ${limits.tags} tags, but would have ${count}` : null;
}

function tagKeyProblem(key: string): string | null {
  if (key === '' || characters(key) > limits.tagKey) return `A tag's key must have 1 to ${limits.tagKey} characters`;
  return isReserved(key) ? reservedProblem(key) : null;
}

function tagValueProblem(key: string, value: string): string | null {
  if (characters(value) > limits.tagValue) {
    return `The value of tag '${key}' must have at most ${limits.tagValue} characters`;
  }
  return isReserved(value) ? reservedProblem(value) : null;
}

function isReserved(text: string): boolean {
  return /^aws:/i.test(text);
}

function reservedProblem(text: string): string {
  return `The prefix aws: is reserved for AWS in keys and values of tags: ${text}`;
}

function firstProblem<T>(items: readonly T[], problemOf: (item: T) => string | null): string | null {
  return items.map(problemOf).find((problem) => problem !== null) ?? null;
}

/** Counts Unicode characters, as AWS's limits do, not UTF-16 units. */
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
