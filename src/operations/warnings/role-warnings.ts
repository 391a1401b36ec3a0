import type { CallBounds, EksError } from '../../eks/eks.ts';
import { outOfTime } from '../../eks/rate-limited.ts';
import type { Warning } from '../../model/warning.ts';
import { trustProblems } from '../../validation/trust-policy.ts';
import type { TrustProblem } from '../../validation/trust-policy.ts';
import type { RoleReader } from '../terms/read-role.ts';
import type { PreflightSubject } from './subject.ts';
import { readRole } from '../terms/read-role.ts';

/** What keeps pods from assuming their role, by its trust policy. */
export async function roleWarnings(
  reads: RoleReader,
  subject: PreflightSubject,
  bounds: CallBounds,
): Promise<Warning[]> {
  const { roleArn } = subject;
  const read = await readRole(reads, subject, roleArn, bounds);
  switch (read.kind) {
    case 'failed':
      return [roleNotChecked(roleArn, reasonOf(read.error))];
    case 'absent':
      return [roleNotFound(roleArn)];
    case 'found': {
      const target = { ...subject, disableSessionTags: subject.disableSessionTags ?? false };
      return trustProblems(read.trustPolicy, target).map((problem) => warningOf(problem, subject));
    }
  }
}

/** The warning of a role that IAM does not have. */
export function roleNotFound(roleArn: string): Warning {
  return {
    code: 'ROLE_NOT_FOUND',
    message: `The role ${roleArn} does not exist.`,
    advice: 'Check path and name of the role, or create it first.',
  };
}

function warningOf(problem: TrustProblem, subject: PreflightSubject): Warning {
  const { roleArn } = subject;
  const { kind, action } = problem;
  if (kind === 'condition') return conditionWarning(problem, subject);
  const verb = kind === 'denied' ? 'denies' : 'does not allow';
  return {
    code: 'TRUST_POLICY_INVALID',
    message: `The trust policy of ${roleArn} ${verb} pods.eks.amazonaws.com ${action}.`,
    advice: 'Allow pods.eks.amazonaws.com to sts:AssumeRole and sts:TagSession in the trust policy of the role.',
  };
}

function conditionWarning(
  { action, key, actual }: Extract<TrustProblem, { kind: 'condition' }>,
  { roleArn, namespace, serviceAccount, disableSessionTags }: PreflightSubject,
): Warning {
  const isTagOff = actual === null && disableSessionTags === true;
  const has = actual === null ? 'do not have' : `have as ${JSON.stringify(actual)}`;
  return {
    code: 'TRUST_CONDITION_UNMET',
    message:
      `The trust policy of ${roleArn} allows ${action} only with a condition on ${key}, which requests for pods of ` +
      `${namespace}/${serviceAccount} ${has}.`,
    advice: isTagOff
      ? 'The association disables session tags: leave them enabled, or remove the condition.'
      : 'Change the condition so that it includes these pods, or use a role that trusts them.',
  };
}

function roleNotChecked(roleArn: string, reason: string): Warning {
  return {
    code: 'NOT_CHECKED',
    message: `It is not known whether pods can assume ${roleArn}. ${reason}`,
    advice:
      'Check the trust policy of the role yourself, or run the dry run again. If the reason is an access error, ask the operators of ' +
      'the gateway to allow its IAM role iam:GetRole on the role.',
  };
}

/** Why a read failed, in a sentence. */
export function reasonOf(error: EksError): string {
  return error === outOfTime ? 'The request ran out of time.' : `${error.exception}: ${error.message}`;
}
