import { tokenName } from './attribution.ts';
import type { Facts } from './facts.ts';

/** The codes of refusals of a desired state because others own what exists: sending it again does not reach it. */
const ofOthers = ['DECLARED_ELSEWHERE'];

/** Desired states that the last answer calls reached, and EKS does not have; and those that repetitions never reached. */
export function unreachedStates({ answers, associations, isRepeated }: Facts): string[] {
  const desired = answers.flatMap((answer) => (answer.desired ? [{ ...answer, desired: answer.desired }] : []));
  const last = desired.toSorted((one, other) => one.startedAt - other.startedAt).at(-1);
  if (!last) return [];
  const { status, code, desired: state, associationArn } = last;
  const said = `${tokenName(last)} was answered ${status} ${code}`;
  if (status !== 'SUCCEEDED') return isRepeated && !ofOthers.includes(code ?? '') ? [`${said} at last`] : [];
  const { roleArn } = state;
  const isReached =
    roleArn === null
      ? associations.length === 0 && associationArn === null
      : associations.some((one) => one.associationArn === associationArn && one.roleArn === roleArn);
  return isReached ? [] : [`${said}, but EKS has [${associations.map((one) => one.roleArn).join(', ')}]`];
}
