import { describeChange, intentsOf, isOfToken, tokenName } from './attribution.ts';
import type { CallerAnswer, Desired, EksChange, Facts } from './facts.ts';

/** The codes of refusals of a desired state because others own what exists: sending it again does not reach it. */
const ofOthers = ['DECLARED_ELSEWHERE'];

/** Changes for a desired state that takes nothing over, of what was of another declaration when the request arrived. */
export function changesOfOthers({ answers, changes, entries }: Facts): string[] {
  const applied = changes.flatMap((change) => {
    const ids = new Set(intentsOf(change, entries).map(({ apiRequestId }) => apiRequestId));
    const request = answers.find(({ apiRequestId }) => apiRequestId !== undefined && ids.has(apiRequestId));
    return change.effect && request?.desired ? [{ change, request, by: request.desired, at: change.effect.at }] : [];
  });
  return applied
    .filter(({ by, request }) => {
      const owner = applied.findLast(({ at }) => at < request.startedAt)?.by ?? by;
      return !by.takesOver && owner.declaration !== by.declaration;
    })
    .map(({ change, by }) => `${describeChange(change)} for ${by.declaration}, and another declaration owned it`);
}

/** Desired states that the last answer calls reached, and EKS does not have; and those that repetitions never reached. */
export function statesNotReached(facts: Facts): string[] {
  const { answers, associations, isRepeated } = facts;
  const desired = answers.flatMap((answer) => (answer.desired ? [{ ...answer, desired: answer.desired }] : []));
  const last = desired.toSorted((one, other) => one.startedAt - other.startedAt).at(-1);
  if (!last) return [];
  const { status, code, desired: state, associationArn } = last;
  const said = `${tokenName(last)} was answered ${status} ${code}`;
  if (ofOthers.includes(code ?? ''))
    return statesNotReached({ ...facts, answers: ofOtherDeclarations(desired, state) });
  if (status !== 'SUCCEEDED') return isRepeated ? [`${said} at last`] : [];
  const { roleArn } = state;
  const isReached =
    roleArn === null
      ? associations.length === 0 && associationArn === null
      : associations.some((one) => one.associationArn === associationArn && one.roleArn === roleArn);
  return isReached ? [] : [`${said}, but EKS has [${associations.map((one) => one.roleArn).join(', ')}]`];
}

/** The answers to other declarations: what they desired last holds. */
function ofOtherDeclarations(answers: readonly CallerAnswer[], { declaration }: Desired): CallerAnswer[] {
  return answers.filter(({ desired }) => desired?.declaration !== declaration);
}

/** Changes for a desired state after an answer that it is reached, although nobody else changed the association since. */
export function changesOnceReached({ answers, changes, entries, outside }: Facts): string[] {
  return answers.flatMap((answer) => {
    const { desired, status, answeredAt, isSettled } = answer;
    const isLater = ({ at }: { readonly at: number }) => at > answeredAt;
    const token = tokenName(answer);
    const others = changes.filter((change) => !isOfToken(change, token, entries));
    const isUndone = [...outside, ...others.flatMap(({ effect }) => effect ?? [])].some(isLater);
    if (!desired || status !== 'SUCCEEDED' || isSettled === false || isUndone) return [];
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
