import type { CallBounds } from '../../eks/eks.ts';
import type { Warning } from '../../model/warning.ts';
import { parseRoleArn } from '../../validation/role-arns.ts';
import { targetTrustProblems } from '../../validation/trust-policy.ts';
import type { TrustProblem } from '../../validation/trust-policy.ts';
import type { RoleReader } from '../terms/read-role.ts';
import type { PreflightSubject } from './subject.ts';
import { readRole } from '../terms/read-role.ts';
import { reasonOf, roleNotFound } from './role-warnings.ts';

/**
 * What the target role's trust policy needs, as text to paste; none if the association has no
 * target role, or the policy was read and has it. Only a role of the association's namespace is
 * read: policy may permit any target role that is meant for pods, and a caller must not find out
 * which roles of others exist.
 *
 * @param bounds null: the trust policy is not read
 */
export async function targetRoleWarnings(
  reads: RoleReader,
  subject: PreflightSubject,
  bounds: CallBounds | null,
): Promise<Warning[]> {
  const { roleArn, targetRoleArn } = subject;
  if (targetRoleArn === null) return [];
  if (bounds === null) return [unchecked(subject, '.')];
  if (!reads.directory.isRoleOf(subject, targetRoleArn)) {
    return [unchecked(subject, `, because the role is not one of namespace ${subject.namespace}.`)];
  }
  const read = await readRole(reads, subject, targetRoleArn, bounds);
  switch (read.kind) {
    case 'failed':
      return [unchecked(subject, `: ${reasonOf(read.error)}`)];
    case 'absent':
      return [roleNotFound(targetRoleArn), neededTrust(subject, 'it does not exist.')];
    case 'found': {
      const disableSessionTags = subject.disableSessionTags ?? false;
      const [problem] = targetTrustProblems(read.trustPolicy, { ...subject, disableSessionTags });
      return problem ? [neededTrust(subject, `${described(problem, roleArn)}.`)] : [];
    }
  }
}

function described(problem: TrustProblem, roleArn: string): string {
  const { kind, action } = problem;
  if (kind === 'denied') return `it denies ${roleArn} ${action}`;
  if (kind === 'not-allowed') return `it does not allow ${roleArn} ${action}`;
  const { key, actual } = problem;
  return `it allows ${action} only with a condition on ${key}, which requests of ${roleArn} have as ${JSON.stringify(actual)}`;
}

/** Says who has to check what the gateway did not. */
function unchecked(subject: PreflightSubject, reason: string): Warning {
  const account = parseRoleArn(subject.targetRoleArn ?? '')?.accountId;
  const who = `Administrators of IAM in account ${account} have to check it.`;
  return neededTrust(subject, `this was not checked${reason} ${who}`);
}

/**
 * Two statements, as in the IAM user guide: `sts:ExternalId` is a condition of `sts:AssumeRole` and
 * not of `sts:TagSession`.
 */
function neededTrust({ roleArn, targetRoleArn, externalId }: PreflightSubject, why: string): Warning {
  const allowed = { Effect: 'Allow', Principal: { AWS: roleArn } };
  const condition = externalId === null ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
  const statements = [
    { ...allowed, Action: 'sts:AssumeRole', ...condition },
    { ...allowed, Action: 'sts:TagSession' },
  ];
  const later =
    externalId === null
      ? ' EKS sets externalId of the association when the change is done: then require it in the first statement, as "Condition":{"StringEquals":{"sts:ExternalId":"…"}}.'
      : '';
  return {
    code: 'TARGET_ROLE_TRUST',
    message: `Pods get credentials only if the target role ${targetRoleArn} trusts ${roleArn}; ${why}`,
    advice:
      `Add these statements to the trust policy of the target role, and allow ${roleArn} both actions on it: ` +
      `${JSON.stringify(statements)}.${later}`,
  };
}
