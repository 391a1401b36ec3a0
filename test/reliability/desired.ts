import { describeChange, isOfToken, tokenName } from './attribution.ts';
import type { EksChange, Facts } from './facts.ts';

/** The codes of refusals of a desired state because others own what exists: sending it again does not reach it. */
const ofOthers = ['DECLARED_ELSEWHERE'];

/** Desired states that the last answer calls reached, and EKS does not have; and those that repetitions never reached. */
export function statesNotReached({ answers, associations, isRepeated }: Facts): string[] {
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

/** Changes for a desired state after an answer that it is reached, although nobody else changed the association since. */
export function changesOnceReached({ answers, changes, entries, outside }: Facts): string[] {
  return answers.flatMap((answer) => {
    const { desired, status, answeredAt } = answer;
    const isLater = ({ at }: { readonly at: number }) => at > answeredAt;
    if (!desired || status !== 'SUCCEEDED' || outside.some(isLater)) return [];
    const token = tokenName(answer);
    return changes
      .filter((change) => change.effect && isLater(change.effect) && isOfToken(change, token, entries))
      .map((change) => `${token} was answered SUCCEEDED before ${describeChange(change)}`);
  });
}

/** How many changes others made after the first effect of a desired state. */
export function timesUndone({ changes, entries, outside }: Facts, token: string, own: readonly EksChange[]): number {
  const first = Math.min(...own.flatMap(({ effect }) => effect?.at ?? []));
  const others = changes.filter((change) => change.effect && !isOfToken(change, token, entries));
  return [...outside, ...others.flatMap(({ effect }) => effect ?? [])].filter(({ at }) => at > first).length;
}

/** Effects of one operation beyond the first. A delete names no operation; it can have one effect only. */
export function repeatedEffects(effects: readonly EksChange[]): string[] {
  return effects
    .filter(
      ({ operationId }, index) =>
        operationId !== null && effects.findIndex((one) => one.operationId === operationId) < index,
    )
    .map((change) => `${describeChange(change)}, which the operation had done before`);
}
