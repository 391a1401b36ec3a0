import type { CallerAnswer, EksChange, Facts, TokenFact, TrailEntry } from '../facts.ts';
import { violations } from '../invariants.ts';

/** Everything that does not hold of what was seen, each in a line; empty when all promises were kept. */
export function judge(facts: Facts): string[] {
  return [
    ...byServiceAccount(facts).flatMap((each) =>
      violations(each).map(({ invariant, what }) => `${invariant}: ${what}`),
    ),
    ...foreign(facts),
    ...facts.tokens.flatMap((token) => unlikeTrail(token, facts.entries)),
    ...undone(facts),
    ...unlikeLastWord(facts),
  ];
}

/** The same facts, those of each service account by themselves. What can't be told whose it is stands together. */
export function byServiceAccount(facts: Facts): Facts[] {
  const ofToken = new Map(facts.entries.map((entry) => [nameOf(entry), entry.serviceAccount]));
  const ofOperation = new Map(facts.entries.map((entry) => [entry.operationId, entry.serviceAccount]));
  const ofAssociation = new Map(facts.entries.map((entry) => [idOf(entry.associationArn), entry.serviceAccount]));
  const entries = Map.groupBy(facts.entries, (entry) => entry.serviceAccount ?? ofToken.get(nameOf(entry)) ?? null);
  const changes = Map.groupBy(
    facts.changes,
    ({ serviceAccount, associationId }) => serviceAccount ?? ofAssociation.get(associationId) ?? null,
  );
  const associations = Map.groupBy(facts.associations, ({ serviceAccount }) => serviceAccount);
  const tokens = Map.groupBy(facts.tokens, ({ operationId }) => ofOperation.get(operationId) ?? null);
  const answers = Map.groupBy(beyondDoubt(facts.answers), (answer) => ofToken.get(nameOf(answer)) ?? null);

  const all = new Set([entries, changes, associations, tokens, answers].flatMap((groups) => [...groups.keys()]));
  return [...all].map((serviceAccount) => ({
    ...facts,
    entries: entries.get(serviceAccount) ?? [],
    changes: changes.get(serviceAccount) ?? [],
    associations: serviceAccount === null ? [] : (associations.get(serviceAccount) ?? []),
    tokens: tokens.get(serviceAccount) ?? [],
    answers: answers.get(serviceAccount) ?? [],
  }));
}

/**
 * All answers but those of which can't be told what they answer for: an error names no operation, and a delete's operation
 * is not known to EKS, so that they are judged by what came about between the request and the next one. With another
 * request of the token under way at the same time, that can be the other one's doing.
 */
function beyondDoubt(answers: readonly CallerAnswer[]): CallerAnswer[] {
  const byToken = Map.groupBy(answers, nameOf);
  return answers.filter((answer) => {
    const isJudgedByTime = answer.status === 'ERROR' || (answer.kind === 'delete' && answer.event === 'RELEASED');
    if (!isJudgedByTime || (answer.httpStatus ?? 200) >= 500) return true;
    const others = (byToken.get(nameOf(answer)) ?? []).filter((other) => other !== answer);
    return others.every((other) => other.startedAt > answer.answeredAt || isOver(other, answer.startedAt));
  });
}

/** Whether a request was over at a time. One whose caller hung up may still be read by a gateway that was frozen meanwhile. */
function isOver({ status, answeredAt }: CallerAnswer, time: number): boolean {
  return status !== 'NONE' && answeredAt < time;
}

/** Answers that name an operation of somebody else, whatever service account that is about. */
function foreign({ answers, entries }: Facts): string[] {
  const owners = new Map(entries.map(({ operationId, principal }) => [operationId, principal]));
  return answers
    .filter(({ operationId, principal }) => operationId !== null && owners.get(operationId) !== principal)
    .map(({ operationId, principal }) => {
      const owner = owners.get(operationId ?? '') ?? 'nobody in the trail';
      return `isolated: ${principal} was answered with operation ${operationId} of ${owner}`;
    });
}

/** At rest no token is open, and each says what its operation's last word says. */
function unlikeTrail({ idempotencyKey, operationId, state }: TokenFact, entries: readonly TrailEntry[]): string[] {
  const words = entries.filter((entry) => entry.operationId === operationId && isLastWord(entry));
  if (words.length === 1 && words[0]?.event === state) return [];
  const told = words.map(({ event }) => event).join(', ');
  return [`tokens: ${idempotencyKey} is ${state}, and its operation ${operationId} ends with [${told}]`];
}

function isLastWord({ event, fence }: TrailEntry): boolean {
  return fence !== null && (event === 'SUCCEEDED' || event === 'REFUSED' || event === 'RELEASED');
}

/**
 * What EKS did of an operation whose last word is not that it was done. The load changes no association while anything of
 * another request for it is in doubt, so there is no reason why it could not be told.
 */
function undone({ changes, entries }: Facts): string[] {
  const succeeded = entries.filter(({ event }) => event === 'SUCCEEDED');
  const operations = new Set(succeeded.map(({ operationId }) => operationId));
  const deleted = new Set(
    succeeded.filter(({ kind }) => kind === 'delete').map(({ associationArn }) => idOf(associationArn)),
  );
  const isTold = ({ kind, operationId, associationId }: EksChange) =>
    kind === 'delete' ? deleted.has(associationId) : operationId !== null && operations.has(operationId);
  return changes
    .filter((change) => change.applied && !isTold(change))
    .map(({ kind, requestId, operationId, associationId }) => {
      const whose = operationId ?? associationId ?? 'nothing known';
      return `done: EKS did the ${kind} ${requestId} of ${whose}, and the trail has no SUCCEEDED of it`;
    });
}

/** Each association is as the last word on it says. */
function unlikeLastWord({ entries, associations }: Facts): string[] {
  const succeeded = entries.filter(({ event, associationArn }) => event === 'SUCCEEDED' && associationArn !== null);
  const last = new Map(succeeded.map((entry) => [entry.associationArn, entry]));
  const held = new Map(associations.map((association) => [association.associationArn, association]));
  return [...last.values()].flatMap(({ associationArn, kind, roleArn, operationId }) => {
    const roleAtEks = held.get(associationArn ?? '')?.roleArn ?? null;
    const roleInTrail = kind === 'delete' ? null : roleArn;
    if (roleAtEks === roleInTrail) return [];
    return [`state: ${associationArn} has ${roleAtEks}, and by the last word on it, ${operationId}, ${roleInTrail}`];
  });
}

/** A token belongs to who uses it, for one operation. */
function nameOf(
  one: Pick<CallerAnswer, 'kind' | 'principal'> & { readonly clientRequestToken: string | null },
): string {
  return JSON.stringify([one.kind, one.principal, one.clientRequestToken]);
}

function idOf(associationArn: string | null): string | null {
  return associationArn?.split('/').at(-1) ?? null;
}
