import type { CallerAnswer, EksChange, Facts, TrailEntry } from './facts.ts';

/** A promise of `docs/reliability.md` that was broken. */
export interface Violation {
  readonly invariant: Invariant;
  /** What was seen, with the ids by which to find it. */
  readonly what: string;
}

/** The promises, in the words of `docs/reliability.md`. */
export const invariants = {
  intentFirst: 'EKS is asked only for what is on record.',
  noHoles: 'Every INTENT is followed by one closing entry.',
  oneEffect: 'One token has one effect, and one final answer.',
  fenced: 'Who was overtaken writes nothing.',
  denied: 'Denied means not done.',
  truthful: 'Unknown is never called failed, and nothing is called refused that exists.',
  agreed: 'At rest, trail and EKS agree about who made what.',
  isolated: "Nobody reads another's answer.",
  answered: 'Nothing is answered with a server error.',
} as const;

export type Invariant = keyof typeof invariants;

/** What of the promises does not hold; empty when all of it does. */
export function violations(facts: Facts): Violation[] {
  return (Object.keys(checks) as Invariant[]).flatMap((invariant) =>
    checks[invariant](facts).map((what) => ({ invariant, what })),
  );
}

/** Each check gives a line for each violation. */
const checks: Readonly<Record<Invariant, (facts: Facts) => string[]>> = {
  intentFirst: ({ changes, entries }) =>
    changes.filter((change) => !hasIntent(change, entries)).map((change) => `no INTENT before ${told(change)}`),

  noHoles: ({ entries, tokens, settled }) =>
    [...byOperation(entries.filter(isHolders))].flatMap(([operationId, ofOne]) => {
      const closing = ofOne.filter(isClosing).map(({ event }) => event);
      const intents = ofOne.filter(({ event }) => event === 'INTENT').length;
      // What is open must be on record as such, or nobody ever comes back to it.
      const isInProgress = tokens.some((token) => token.operationId === operationId && token.state === 'IN_PROGRESS');
      const isOpen = closing.length === 0 && !settled && isInProgress;
      if (intents === 1 && (closing.length === 1 || isOpen)) return [];
      return [`operation ${operationId} has ${intents} INTENT and closes with [${closing.join(', ')}]`];
    }),

  oneEffect: (facts) => [...byToken(facts.answers)].flatMap(([token, answers]) => unequal(facts, token, answers)),

  fenced: ({ entries, tokens }) => [
    ...[...byOperation(entries.filter(({ event, fence }) => fence !== null && event !== 'LATE_SUCCESS'))].flatMap(
      outOfFence,
    ),
    ...tokens.flatMap(({ operationId, fence }) => {
      const highest = Math.max(...entries.filter((entry) => entry.operationId === operationId).map(fenceOf));
      return fence === null || fence >= highest
        ? []
        : [`the token of ${operationId} stands at fence ${fence}, the trail at ${highest}`];
    }),
  ],

  denied: ({ answers, entries, changes }) =>
    [...byToken(answers)]
      .filter(([, ofOne]) => ofOne.every(({ event }) => event === 'DENIED' || event === 'INVALID'))
      .flatMap(([token]) =>
        changes
          .filter((change) => ownerOf(change, entries) === token)
          .map((change) => `${token} was denied, and yet ${told(change)}`),
      ),

  truthful: (facts) => facts.answers.filter(isFailure).flatMap((answer) => untrue(facts, answer)),

  agreed: (facts) => [...unrecorded(facts), ...notThere(facts)],

  isolated: ({ answers, entries }) =>
    answers.flatMap(({ principal, operationId }) =>
      entries
        .filter((entry) => entry.operationId === operationId && entry.principal !== principal)
        .map((entry) => `${principal} was answered with operation ${operationId} of ${entry.principal}`),
    ),

  answered: ({ answers }) =>
    answers
      .filter(({ httpStatus, code }) => (httpStatus ?? 200) >= 500 || code === 'INTERNAL_SERVER_ERROR')
      .map((answer) => `${tokenName(answer)} was answered ${answer.httpStatus} ${answer.code}`),
};

/** Events of those who hold a token's record. Replies that need none, such as REPLAYED, have no fence. */
function isHolders({ event, fence }: TrailEntry): boolean {
  return event === 'INTENT' || (isClosing({ event }) && fence !== null);
}

function isClosing({ event }: Pick<TrailEntry, 'event'>): boolean {
  return event === 'SUCCEEDED' || event === 'REFUSED' || event === 'RELEASED';
}

function hasIntent(change: EksChange, entries: readonly TrailEntry[]): boolean {
  return entries.some((entry) => isIntentOf(entry, change) && entry.time <= change.time);
}

/** A request for a change names its operation where it can; a delete is known by what it deletes. */
function isIntentOf({ event, kind, operationId, associationArn }: TrailEntry, change: EksChange): boolean {
  if (event !== 'INTENT' || kind !== change.kind) return false;
  if (change.operationId !== null) return operationId === change.operationId;
  return associationArn?.endsWith(`/${change.associationId}`) ?? false;
}

/** Whose effect a change was: who asked for it, and with which token. Null where several may have. */
function ownerOf(change: EksChange, entries: readonly TrailEntry[]): string | null {
  const owners = new Set(entries.filter((entry) => isIntentOf(entry, change)).map(tokenName));
  return owners.size === 1 ? [...owners].join('') : null;
}

/** What of a token's effects and final answers is more than one. */
function unequal({ changes, entries }: Facts, token: string, answers: readonly CallerAnswer[]): string[] {
  const effects = changes.filter((change) => change.applied && ownerOf(change, entries) === token);
  const finals = new Set(answers.filter(isFinal).map(finalOf));
  const successes = entries.filter((entry) => entry.event === 'SUCCEEDED' && tokenName(entry) === token);
  return [
    ...(effects.length > 1 ? [`${token} had ${effects.length} effects: ${effects.map(told).join(', ')}`] : []),
    ...(finals.size > 1 ? [`${token} was answered ${[...finals].join(' and ')}`] : []),
    ...(successes.length > 1 ? [`${token} has ${successes.length} entries SUCCEEDED`] : []),
  ];
}

/** An answer that the token gives from then on; the others may change as time goes by. */
function isFinal({ status, event }: CallerAnswer): boolean {
  return status === 'SUCCEEDED' || (status === 'REFUSED' && (event === 'REFUSED' || event === 'REPLAYED'));
}

function finalOf({ status, code, associationArn }: CallerAnswer): string {
  return [status, code ?? associationArn].join(' ');
}

/** Holders come one after the other, each with the next fence. Only the last one closes, and none writes after the next has come. */
function outOfFence([operationId, entries]: [string, readonly TrailEntry[]]): string[] {
  const name = ({ event, fence }: TrailEntry) => `${event} of fence ${fence}`;
  return entries.flatMap((entry) => {
    const overtakers = entries.filter((other) => fenceOf(other) > fenceOf(entry));
    const [overtaker] = isClosing(entry) ? overtakers : overtakers.filter(({ time }) => time < entry.time);
    return overtaker ? [`${operationId}: ${name(entry)} stands beside ${name(overtaker)}`] : [];
  });
}

function fenceOf({ fence }: Pick<TrailEntry, 'fence'>): number {
  return fence ?? 0;
}

/** An answer by which a caller takes it that nothing was done. */
function isFailure({ status, event }: CallerAnswer): boolean {
  return status === 'ERROR' || (status === 'REFUSED' && event !== 'TOKEN_REUSED');
}

/** What EKS did, or does later, of a request that was answered with a failure. */
function untrue({ changes, entries, answers, touchedByOthers }: Facts, answer: CallerAnswer): string[] {
  const token = tokenName(answer);
  const laterAsked = answers.filter((each) => tokenName(each) === token && each.startedAt > answer.startedAt);
  const nextAsked = Math.min(...laterAsked.map(({ startedAt }) => startedAt));
  const belies = (change: EksChange) => {
    if (!change.applied || touchedByOthers.includes(change.associationId ?? '')) return false;
    const intents = entries.filter((entry) => isIntentOf(entry, change));
    if (intents.length === 0 || !intents.every((intent) => tokenName(intent) === token)) return false;
    if (isFinal(answer)) return true;
    // Where it can't be told which operation of the token did it, another one than this may have.
    if (answer.event === 'RELEASED') return intents.every(({ operationId }) => operationId === answer.operationId);
    // An error names no operation. Where its request is known, it answers for what that began; otherwise for all that was
    // done between this request and the next one.
    if (answer.apiRequestId !== undefined)
      return intents.every((intent) => intent.apiRequestId === answer.apiRequestId);
    return change.time >= answer.startedAt && change.time < nextAsked;
  };
  const said = `${token} was answered ${answer.status} ${answer.code}`;
  return changes.filter(belies).map((change) => `${said}, and yet ${told(change)}`);
}

/** Associations by this gateway of which the trail does not say so. */
function unrecorded({ associations, entries, settled }: Facts): string[] {
  if (!settled) return [];
  return associations
    .filter(({ operationId }) => operationId !== null)
    .filter(
      ({ associationArn }) =>
        !entries.some(
          (entry) => entry.event === 'SUCCEEDED' && entry.kind === 'create' && entry.associationArn === associationArn,
        ),
    )
    .map(
      ({ associationArn, operationId }) =>
        `${associationArn} exists, made by ${operationId}, and the trail has no SUCCEEDED of it`,
    );
}

/** What the trail calls done, and EKS does not show. */
function notThere({ associations, changes, entries, touchedByOthers }: Facts): string[] {
  return entries
    .filter(({ event }) => event === 'SUCCEEDED')
    .flatMap((entry) => {
      const { associationArn, kind, operationId, roleArn } = entry;
      const held = associations.find((association) => association.associationArn === associationArn);
      const isOfIt = (id: string | null) => associationArn?.endsWith(`/${id}`) ?? false;
      const changedLater =
        touchedByOthers.some(isOfIt) ||
        changes.some((change) => change.applied && change.operationId !== operationId && isOfIt(change.associationId));
      if (kind === 'delete')
        return held ? [`${associationArn} exists, and the trail says that ${operationId} deleted it`] : [];
      if (!held)
        return changedLater ? [] : [`the trail says that ${operationId} made ${associationArn}, which does not exist`];
      const differs = roleArn !== null && held.roleArn !== roleArn && !changedLater;
      return differs
        ? [`${associationArn} has ${held.roleArn}, and the trail says that ${operationId} gave it ${roleArn}`]
        : [];
    });
}

function byOperation(entries: readonly TrailEntry[]): Map<string, TrailEntry[]> {
  return Map.groupBy(entries, ({ operationId }) => operationId);
}

function byToken(answers: readonly CallerAnswer[]): Map<string, CallerAnswer[]> {
  return Map.groupBy(answers, tokenName);
}

/** A token belongs to who uses it, for one operation. */
function tokenName({
  kind,
  clientRequestToken,
  principal,
}: Pick<CallerAnswer, 'kind' | 'principal'> & { readonly clientRequestToken: string | null }): string {
  return `${kind} ${clientRequestToken} of ${principal}`;
}

function told({ kind, requestId, applied, operationId, associationId }: EksChange): string {
  const about = associationId ?? operationId ?? 'something';
  return `EKS ${applied ? 'did' : 'was asked for'} the ${kind} ${requestId} (${about})`;
}
