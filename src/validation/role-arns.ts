import type { Finding } from '../model/refusal.ts';
import { isAccountId } from './names.ts';
import { characterCount, noWildcard, optionalText, requiredText, withoutWildcards } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const example = 'arn:aws:iam::111122223333:role/payments/checkout';

/** Limit of `pathType` in the IAM service model, both slashes included. */
const maxPathLength = 512;

/** `roleNameType` in the IAM service model. */
const roleNamePattern = /^[\w+=,.@-]{1,64}$/;

/**
 * The parts of an ARN: `type` is the resource up to its first slash or colon, `rest` is the
 * remainder.
 */
interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly type: string;
  readonly rest: string;
}

function splitArn(value: string): ArnParts | null {
  const match = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):([^:/]*)(.*)$/s.exec(value);
  if (match === null) return null;
  const [, partition = '', service = '', region = '', accountId = '', type = '', rest = ''] = match;
  return { partition, service, region, accountId, type, rest };
}

/** The parts of an IAM role ARN (IAM User Guide, "IAM identifiers"). */
export interface RoleArn {
  readonly partition: string;
  /** 12 digits. */
  readonly accountId: string;
  /** Begins and ends with a slash; `/` where the role has no path. */
  readonly path: string;
  readonly name: string;
}

/**
 * Splits a role ARN without checking its parts. Null when the value does not have the structure of
 * a role ARN.
 */
function splitRoleArn(value: string): RoleArn | null {
  const parts = splitArn(withoutWildcards(value));
  if (parts?.service !== 'iam' || parts.region !== '' || parts.type !== 'role') return null;
  const { partition, accountId, rest } = parts;
  if (!rest.startsWith('/')) return null;
  const end = rest.lastIndexOf('/') + 1;
  return { partition, accountId, path: rest.slice(0, end), name: rest.slice(end) };
}

/** Parses an IAM role ARN. Null when the value breaks any of the rules of role ARNs. */
export function parseRoleArn(value: string): RoleArn | null {
  return roleArnRules.every(({ problem }) => problem(value) === null) ? splitRoleArn(value) : null;
}

const adviceByType = new Map([
  ['iam user', 'A user cannot be associated with a service account: give a role ARN'],
  ['iam group', 'A group cannot be associated with a service account: give a role ARN'],
  [
    'iam policy',
    'A policy cannot be associated with a service account: attach it to a role, and give the ARN of that role',
  ],
  ['iam instance-profile', 'Give the ARN of the role in the instance profile'],
  ['iam root', 'The root user of an account cannot be associated with a service account: give a role ARN'],
  ['sts federated-user', 'A federated session cannot be associated with a service account: give a role ARN'],
]);

/**
 * The role ARN of an assumed-role session, without the path, which the session's ARN lacks; else an
 * example.
 */
function roleArnOfSession({ partition, accountId, rest }: ArnParts): string {
  const roleArn = `arn:${partition}:iam::${accountId}:role/${rest.split('/', 2)[1] ?? ''}`;
  return parseRoleArn(roleArn) === null ? example : roleArn;
}

function adviceForOther(value: string): string {
  const parts = splitArn(value);
  if (roleNamePattern.test(value)) {
    return `Give the full ARN, not the name, e.g. "arn:aws:iam::111122223333:role/${value}".`;
  }
  if (parts?.service === 'sts' && parts.type === 'assumed-role') {
    const roleArn = roleArnOfSession(parts);
    return `This is a role session: give the ARN of the role itself, e.g. "${roleArn}", including its path if it has one.`;
  }
  const advice = parts === null ? undefined : adviceByType.get(`${parts.service} ${parts.type}`);
  return `${advice ?? 'Give the ARN of the role from IAM'}, e.g. "${example}".`;
}

/**
 * A rule about one part of a role ARN. It holds where the value is not a role ARN: that has a rule
 * of its own.
 */
function partRule(rule: string, isValid: (role: RoleArn) => boolean, problem: string, advice: string): TextRule {
  return {
    rule,
    problem: (value) => {
      const role = splitRoleArn(value);
      return role === null || isValid(role) ? null : problem;
    },
    advice,
  };
}

function isPath(path: string): boolean {
  return /^\/(?:[\x21-\x7E]+\/)?$/.test(path) && characterCount(path) <= maxPathLength;
}

const roleArnRules: readonly TextRule[] = [
  noWildcard(`Give the full ARN of one role, e.g. "${example}".`),
  {
    rule: 'role-arn',
    problem: (value) => (splitRoleArn(value) === null ? 'is not an IAM role ARN' : null),
    advice: adviceForOther,
  },
  partRule(
    'arn-partition',
    ({ partition }) => /^aws(?:-[a-z]{1,8}){0,2}$/.test(partition),
    'has an invalid partition',
    'Begin with the partition of the account, e.g. "arn:aws:", "arn:aws-cn:" or "arn:aws-us-gov:".',
  ),
  partRule(
    'arn-account',
    ({ accountId }) => isAccountId(accountId),
    'has an invalid AWS account ID: 12 digits',
    `Give the account ID of the role with leading zeros, e.g. "${example}".`,
  ),
  partRule(
    'role-path',
    ({ path }) => isPath(path),
    `has an invalid path: at most ${maxPathLength} printable ASCII characters without spaces`,
    `Give the ARN of the role from IAM, e.g. "${example}".`,
  ),
  partRule(
    'role-name',
    ({ name }) => roleNamePattern.test(name),
    'has an invalid role name: 1 to 64 letters, digits and "_+=,.@-"',
    `Give the ARN of the role from IAM, e.g. "${example}".`,
  ),
];

/**
 * Findings on the ARN of the role that the pods get. Policy decides whether the account of the role
 * is allowed.
 */
export function roleArnFindings(value: Text): Finding[] {
  return requiredText('roleArn', value, roleArnRules, example);
}

/**
 * Findings on the ARN of the role that the first role assumes. EKS reads the empty string as
 * "clear", so it is invalid.
 */
export function targetRoleArnFindings(value: Text): Finding[] {
  return optionalText('targetRoleArn', value, roleArnRules);
}
