import { describeChange, intentsOf, isClosing, isFinal, isOfToken, tokenName, tokenOf } from './attribution.ts';
import type { CallerAnswer, EksChange, Facts, TrailEntry } from './facts.ts';

/** What a guarantee does not cover, and why the gateway can't know better. */
interface Exception<Fact> {
  readonly name: string;
  readonly reason: string;
  readonly covers: (facts: Facts, fact: Fact) => boolean;
}

/** Changes that EKS applied and that may be reported as not done all the same. */
export const unseenChanges: readonly Exception<EksChange>[] = [
  {
    name: 'a create in doubt that was deleted outside',
    reason: 'EKS keeps no trace of a deleted association, and the gateway took no part in deleting it.',
    covers: ({ outside, entries }, { kind, associationId, operationId }) => {
      const gone = outside.find((one) => one.kind === 'delete' && one.associationId === associationId);
      if (kind !== 'create' || !gone) return false;
      return entries.every((entry) => entry.operationId !== operationId || !isClosing(entry) || entry.time >= gone.at);
    },
  },
];

/** Operations that may be reported as done although EKS did not apply their change. */
export const successesNotApplied: readonly Exception<TrailEntry>[] = [
  {
    name: 'a state that others set to the same',
    reason: 'An update or a delete leaves no mark at EKS: only its state can be observed, whoever set it.',
    covers: ({ outside, changes, entries }, { kind, associationArn, roleArn, ...of }) => {
      // Also one that was so before: the reference model of the search knows the tags.
      if (kind === 'tag' || kind === 'untag') return true;
      const isOfIt = (id: string | null) => associationArn?.endsWith(`/${id}`) ?? false;
      const isSame = (other: { readonly kind: string; readonly roleArn: string | null }) =>
        kind === 'delete' ? other.kind === 'delete' : kind === 'update' && other.roleArn === roleArn;
      const byOthers = changes
        .filter((change) => change.effect && !isOfToken(change, tokenName({ kind, ...of }), entries))
        .flatMap((change) => intentsOf(change, entries).map((intent) => ({ ...intent, id: change.associationId })));
      return (
        outside.some((other) => isOfIt(other.associationId) && isSame(other)) ||
        byOthers.some((other) => isOfIt(other.id) && isSame(other))
      );
    },
  },
];

/** Whether a change that EKS applied may be reported as not done. */
export function isUnseen(facts: Facts, change: EksChange): boolean {
  return unseenChanges.some(({ covers }) => covers(facts, change));
}

/**
 * What answers and audit trail say about changes, and what EKS did. `OUTCOME_UNDETERMINED` says nothing about the change; it is
 * only true where others acted.
 */
export function untruths(facts: Facts): string[] {
  return [
    ...facts.answers.filter(isFailure).flatMap((answer) => contradictions(facts, answer)),
    ...facts.changes.flatMap((change) => deniedInTrail(facts, change)),
    ...facts.entries.flatMap((entry) => notApplied(facts, entry)),
    ...facts.entries.filter(isUndetermined).flatMap((entry) => needlesslyUndetermined(facts, entry)),
  ];
}

const undetermined = 'OUTCOME_UNDETERMINED';

/** Whether the answer tells the caller that nothing was done. */
function isFailure({ status, event, code }: CallerAnswer): boolean {
  return status === 'ERROR' || (status === 'REFUSED' && event !== 'TOKEN_REUSED' && code !== undetermined);
}

/** Changes that EKS applied, then or later, for a request that was answered with a failure. */
function contradictions(facts: Facts, answer: CallerAnswer): string[] {
  const { changes, entries, answers } = facts;
  const token = tokenName(answer);
  const laterAnswers = answers.filter((each) => tokenName(each) === token && each.startedAt > answer.startedAt);
  const nextRequestAt = Math.min(...laterAnswers.map(({ startedAt }) => startedAt));
  const contradicts = (change: EksChange) => {
    if (!change.effect || isUnseen(facts, change)) return false;
    const intents = intentsOf(change, entries);
    if (intents.length === 0 || !intents.every((intent) => tokenName(intent) === token)) return false;
    if (isFinal(answer, entries)) return true;
    // If several operations of the token may have caused the change, this one is not to blame.
    if (answer.event === 'RELEASED') return intents.every(({ operationId }) => operationId === answer.operationId);
    // An error carries no operation id. With a known request id it covers what that request started; otherwise it
    // covers every change between this request and the next one.
    if (answer.apiRequestId !== undefined)
      return intents.every((intent) => intent.apiRequestId === answer.apiRequestId);
    return change.time >= answer.startedAt && change.time < nextRequestAt;
  };
  const said = `${token} was answered ${answer.status} ${answer.code}`;
  return changes.filter(contradicts).map((change) => `${said}, but ${describeChange(change)}`);
}

/** A change that EKS applied, if every operation that may have sent it is closed as not done. */
function deniedInTrail(facts: Facts, change: EksChange): string[] {
  if (!change.effect || isUnseen(facts, change)) return [];
  const operations = new Set(intentsOf(change, facts.entries).map(({ operationId }) => operationId));
  const denials = [...operations].map((id) =>
    facts.entries.find((entry) => entry.operationId === id && isDenial(entry)),
  );
  if (denials.length === 0 || denials.includes(undefined)) return [];
  const said = denials.map((entry) => `${entry?.event} ${entry?.refusalCode ?? ''} of ${entry?.operationId}`);
  return [`the audit trail has ${said.join(' and ')}, but ${describeChange(change)}`];
}

function isDenial(entry: TrailEntry): boolean {
  return isClosing(entry) && entry.event !== 'SUCCEEDED' && entry.refusalCode !== undetermined;
}

/** A SUCCEEDED entry whose change EKS never applied. */
function notApplied(facts: Facts, entry: TrailEntry): string[] {
  if (
    entry.event !== 'SUCCEEDED' ||
    entry.kind === 'adopt' ||
    entry.isAdopted ||
    entry.isExpiryOnly ||
    successesNotApplied.some(({ covers }) => covers(facts, entry))
  )
    return [];
  const isApplied = facts.changes.some(
    (change) => change.effect && change.kind === entry.kind && isOfToken(change, tokenName(entry), facts.entries),
  );
  return isApplied
    ? []
    : [`the audit trail has SUCCEEDED of ${entry.operationId}, but EKS did not apply the ${entry.kind}`];
}

function isUndetermined({ event, refusalCode }: TrailEntry): boolean {
  return event === 'REFUSED' && refusalCode === undetermined;
}

/** Clock error, of both clocks, and lag of reads: a change by others that was visible longer before had no part in it. */
const marginMs = 100_000;

/**
 * An outcome that was not determined, although nobody else changed the association since the request arrived. Of a change of tags that
 * was not applied, nothing ever shows it.
 */
function needlesslyUndetermined({ outside, changes, entries, answers }: Facts, entry: TrailEntry): string[] {
  const intent = entries.find(({ event, operationId }) => event === 'INTENT' && operationId === entry.operationId);
  const request = answers.find(
    ({ apiRequestId }) => apiRequestId !== undefined && apiRequestId === intent?.apiRequestId,
  );
  const since = (request?.startedAt ?? intent?.time ?? entry.time) - marginMs;
  const others = changes.flatMap((change) =>
    tokenOf(change, entries) === tokenName(entry) ? [] : (change.effect ?? []),
  );
  const isOfTags = entry.kind === 'tag' || entry.kind === 'untag';
  const isApplied = changes.some((change) => change.effect !== null && isOfToken(change, tokenName(entry), entries));
  if (isOfTags && !isApplied) return [];
  if ([...outside, ...others].some(({ visibleAt }) => visibleAt > since)) return [];
  return [`the outcome of ${entry.operationId} is undetermined, although nobody else changed the association`];
}
