import type { Finding } from '../model/refusal.ts';
import { parseRoleArn } from './role-arns.ts';
import { noWildcard, requiredText, withoutWildcards } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const roleNameExample = 'payments-api';

const roleNameRules: readonly TextRule[] = [
  noWildcard('Give the name of one role.'),
  {
    rule: 'role-name',
    problem: (value) =>
      !value.startsWith('arn:') && parseRoleArn(roleArnIn('111122223333', 'us-east-1', withoutWildcards(value)))
        ? null
        : 'is not the name of an IAM role',
    advice: `Give the name, e.g. "${roleNameExample}", or path and name, e.g. "pods/payments/${roleNameExample}"; an ARN in roleArn.`,
  },
];

/** Findings on the name of a role, or its path and name. */
export function roleNameFindings(value: Text): Finding[] {
  return requiredText('roleName', value, roleNameRules, roleNameExample);
}

/** Whether a role has a name or, where `name` contains a slash, this path and name. */
export function hasRoleName(roleArn: string, name: string): boolean {
  return name.includes('/') ? roleArn.endsWith(`:role/${withoutSlash(name)}`) : roleArn.endsWith(`/${name}`);
}

/**
 * The ARN of a role by its path and name. The partition follows from a region of the account (AWS
 * General Reference, "Amazon Resource Names").
 */
export function roleArnIn(accountId: string, region: string, pathAndName: string): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:iam::${accountId}:role/${withoutSlash(pathAndName)}`;
}

function withoutSlash(pathAndName: string): string {
  return pathAndName.startsWith('/') ? pathAndName.slice(1) : pathAndName;
}
