import type { Finding } from '../model/refusal.ts';
import { characterCount, noWildcard, optionalText, requiredText, withoutWildcards } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const example = 'arn:aws:iam::111122223333:role/payments/checkout';

/** Limit of `pathType` in the IAM service model, both slashes included. */
const maxPathLength = 512;

/** `roleNameType` in the IAM service model. */
const roleNamePattern = /^[\w+=,.@-]{1,64}$/;

/** The parts of an ARN: `type` is the resource up to its first slash or colon, `rest` what follows. */
interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly type: string;
  readonly rest: string;
}

function partsOf(value: string): ArnParts | null {
  const match = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):([^:/]*)(.*)$/s.exec(value);
  if (match === null) return null;
  const [, partition = '', service = '', region = '', accountId = '', type = '', rest = ''] = match;
  return { partition, service, region, accountId, type, rest };
}

/** A role's ARN taken apart; null when the value is none, whatever else is wrong with it. */
function roleOf(value: string): { partition: string; accountId: string; path: string; name: string } | null {
  const parts = partsOf(withoutWildcards(value));
  if (parts?.service !== 'iam' || parts.region !== '' || parts.type !== 'role') return null;
  const { partition, accountId, rest } = parts;
  if (!rest.startsWith('/')) return null;
  const end = rest.lastIndexOf('/') + 1;
  return { partition, accountId, path: rest.slice(0, end), name: rest.slice(end) };
}

const adviceByType = new Map([
  ['iam user', 'A user cannot be bound to a service account: give the ARN of a role'],
  ['iam group', 'A group cannot be bound to a service account: give the ARN of a role'],
  ['iam policy', 'A policy cannot be bound to a service account: attach it to a role, and give the ARN of that role'],
  ['iam instance-profile', 'Give the ARN of the role in the instance profile'],
  ['iam root', 'The root user of an account cannot be bound to a service account: give the ARN of a role'],
  ['sts federated-user', 'A federated session cannot be bound to a service account: give the ARN of a role'],
]);

/** The ARN of the role behind an assumed-role ARN, as far as it can be known: that lacks the path. */
function roleBehindSession({ partition, accountId, rest }: ArnParts): string {
  const roleArn = `arn:${partition}:iam::${accountId}:role/${rest.split('/', 2)[1] ?? ''}`;
  return /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@-]{1,64}$/.test(roleArn) ? roleArn : example;
}

function adviceForOther(value: string): string {
  const parts = partsOf(value);
  if (roleNamePattern.test(value)) {
    return `Give the whole ARN and not the name alone, e.g. "arn:aws:iam::111122223333:role/${value}".`;
  }
  if (parts?.service === 'sts' && parts.type === 'assumed-role') {
    const roleArn = roleBehindSession(parts);
    return `This is a session of a role: give the ARN of the role itself, e.g. "${roleArn}", with its path if it has one.`;
  }
  const advice = parts === null ? undefined : adviceByType.get(`${parts.service} ${parts.type}`);
  return `${advice ?? 'Give the ARN of the role as IAM shows it'}, e.g. "${example}".`;
}

/** A rule about one part of a role's ARN; silent where there is no such part. */
function partRule(
  rule: string,
  good: (role: NonNullable<ReturnType<typeof roleOf>>) => boolean,
  problem: string,
  advice: string,
): TextRule {
  return {
    rule,
    problem: (value) => {
      const role = roleOf(value);
      return role === null || good(role) ? null : problem;
    },
    advice,
  };
}

function isPath(path: string): boolean {
  return /^\/(?:[\x21-\x7E]+\/)?$/.test(path) && characterCount(path) <= maxPathLength;
}

const roleArnRules: readonly TextRule[] = [
  noWildcard(`Name one role by its whole ARN, e.g. "${example}".`),
  {
    rule: 'role-arn',
    problem: (value) => (roleOf(value) === null ? 'is no ARN of an IAM role' : null),
    advice: adviceForOther,
  },
  partRule(
    'arn-partition',
    ({ partition }) => /^aws(?:-[a-z]{1,8}){0,2}$/.test(partition),
    'names no AWS partition',
    'Begin with the partition of the account: "arn:aws:", "arn:aws-cn:" or "arn:aws-us-gov:", for example.',
  ),
  partRule(
    'arn-account',
    ({ accountId }) => /^[0-9]{12}$/.test(accountId),
    'names no AWS account: 12 digits',
    `Give the account of the role with its leading zeros, e.g. "${example}".`,
  ),
  partRule(
    'role-path',
    ({ path }) => isPath(path),
    `has a path that IAM does not allow: at most ${maxPathLength} printable ASCII characters without spaces`,
    `Give the ARN of the role as IAM shows it, e.g. "${example}".`,
  ),
  partRule(
    'role-name',
    ({ name }) => roleNamePattern.test(name),
    'ends in no name of a role: 1 to 64 of letters, digits and "_+=,.@-"',
    `Give the ARN of the role as IAM shows it, e.g. "${example}".`,
  ),
];

/** Rules of the role that the pods get. That it belongs to the cluster's account is for policy to say. */
export function roleArnFindings(value: Text): Finding[] {
  return requiredText('roleArn', value, roleArnRules, example);
}

/** Rules of the role that is assumed after it. EKS reads the empty string as "clear", so a create can't mean it. */
export function targetRoleArnFindings(value: Text): Finding[] {
  return optionalText('targetRoleArn', value, roleArnRules);
}
