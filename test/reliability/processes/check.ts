import type { CallerAnswer, EksChange, Facts, RecordFact, TrailEntry } from '../facts.ts';
import { unapproved } from '../approvals.ts';
import { endedWithoutApproval } from '../expiries.ts';
import { violations } from '../invariants.ts';

/** All violations in the facts of a run, one per line; empty if every guarantee is kept. */
export function checkFacts(facts: Facts): string[] {
  return [
    ...byServiceAccount(facts).flatMap((each) =>
      violations(each).map(({ invariant, what }) => `${invariant}: ${what}`),
    ),
    // An approval is of a request: its facts name no service account, so they are in no group.
    ...unapproved(facts).map((what) => `approved: ${what}`),
    ...endedWithoutApproval(facts).map((what) => `ended: ${what}`),
    ...foreignAnswers(facts),
    ...facts.records.flatMap((token) => unlikeTrail(token, facts.entries)),
    ...unrecordedChanges(facts),
    ...unlikeLastEntry(facts),
    ...idleLoad(facts),
    ...unknownTokens(facts),
  ];
}

/** Entries whose tokens are read from the wrong place would let every guarantee of a token pass. */
function unknownTokens({ changes, entries, answers }: Facts): string[] {
  const tokens = new Set(answers.map(nameOf));
  const isKnown = changes.every(({ effect }) => !effect) || entries.some((entry) => tokens.has(nameOf(entry)));
  return isKnown ? [] : ['load: no entry has the token of a request'];
}

/** A load without effect keeps every guarantee, for example because the gateway rejects its GraphQL documents. */
function idleLoad(facts: Facts): string[] {
  const { changes, answers } = facts;
  if (changes.some(({ effect }) => effect)) return idleConditions(facts);
  const codes = [...new Set(answers.map(({ status, code }) => code ?? status))].join(', ');
  return [`load: no change reached EKS; the requests were answered ${codes}`];
}

/** So many applied changes have some that an approver permitted, and some at expiries: those of five kills or more. */
const enoughChanges = 60;

/** Nor does a load prove anything about approvals and expiries if none was used, or carried out. */
function idleConditions({ approvals, endedAt, entries, changes }: Facts): string[] {
  if (changes.filter(({ effect }) => effect).length < enoughChanges) return [];
  const isUsed = approvals?.entries.some(({ usedBy }) => usedBy !== null) ?? true;
  const hasEnded = endedAt === undefined || entries.some(({ expiry, event }) => expiry && event === 'SUCCEEDED');
  return [...(isUsed ? [] : ['load: no approval was used']), ...(hasEnded ? [] : ['load: no association ended'])];
}

/**
 * The facts grouped by service account, but for approvals. Facts without a known service account
 * form one group.
 */
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
  const records = Map.groupBy(facts.records, ({ operationId }) => ofOperation.get(operationId) ?? null);
  const answers = Map.groupBy(attributable(facts.answers), (answer) => ofToken.get(nameOf(answer)) ?? null);

  const all = new Set([entries, changes, associations, records, answers].flatMap((groups) => [...groups.keys()]));
  const { approvals: _, ...rest } = facts;
  return [...all].map((serviceAccount) => ({
    ...rest,
    entries: entries.get(serviceAccount) ?? [],
    changes: changes.get(serviceAccount) ?? [],
    associations: serviceAccount === null ? [] : (associations.get(serviceAccount) ?? []),
    records: records.get(serviceAccount) ?? [],
    answers: answers.get(serviceAccount) ?? [],
  }));
}

/**
 * The answers that can be attributed to an effect. An error, and a request for an approval, carries no operation id, and EKS does not know the
 * operation of a delete, so such answers are checked against the changes between the request and the next one. If
 * another request with the token runs at the same time, these changes may be its own.
 */
function attributable(answers: readonly CallerAnswer[]): CallerAnswer[] {
  const byToken = Map.groupBy(answers, nameOf);
  return answers.filter((answer) => {
    const isCheckedByTime =
      answer.status === 'ERROR' ||
      answer.code === 'APPROVAL_REQUIRED' ||
      (answer.kind === 'delete' && answer.event === 'RELEASED');
    if (!isCheckedByTime || (answer.httpStatus ?? 200) >= 500) return true;
    const others = (byToken.get(nameOf(answer)) ?? []).filter((other) => other !== answer);
    return others.every((other) => other.startedAt > answer.answeredAt || isOver(other, answer.startedAt));
  });
}

/** Whether a request was over at `time`. If its client gave up, a gateway that was frozen may still read it later. */
function isOver({ status, answeredAt }: CallerAnswer, time: number): boolean {
  return status !== 'NONE' && answeredAt < time;
}

/** Answers with another principal's operation, for any service account. */
function foreignAnswers({ answers, entries, approvals }: Facts): string[] {
  const asked = (approvals?.entries ?? []).filter(({ revision }) => revision === 1);
  const owners = new Map([
    ...entries.map(({ operationId, principal }) => [operationId, principal] as const),
    ...asked.map(({ approvalId, principal }) => [approvalId, principal] as const),
  ]);
  return answers
    .filter(({ operationId, principal }) => operationId !== null && owners.get(operationId) !== principal)
    .map(({ operationId, principal }) => {
      const owner = owners.get(operationId ?? '') ?? 'an unknown principal';
      return `isolated: ${principal} was answered with operation ${operationId} of ${owner}`;
    });
}

/** After reconciliation no record is open, and each agrees with the closing entry of its operation. */
function unlikeTrail({ idempotencyKey, operationId, state }: RecordFact, entries: readonly TrailEntry[]): string[] {
  const ofOne = entries.filter((entry) => entry.operationId === operationId);
  // A final refusal of a request that did not begin has one entry, without a lease holder.
  const hasBegun = ofOne.some(({ event }) => event === 'INTENT');
  const closing = ofOne.filter((entry) => isClosing(entry) || (!hasBegun && entry.event === 'REFUSED'));
  if (closing.length === 1 && closing[0]?.event === state) return [];
  const events = closing.map(({ event }) => event).join(', ');
  return [`records: ${idempotencyKey} is ${state}, but its operation ${operationId} closes with [${events}]`];
}

function isClosing({ event, fence }: TrailEntry): boolean {
  return fence !== null && (event === 'SUCCEEDED' || event === 'REFUSED' || event === 'RELEASED');
}

/**
 * Changes that EKS applied although their operation did not succeed. The load changes no association while another
 * request for it is in doubt, so every outcome can be determined.
 */
function unrecordedChanges({ changes, entries }: Facts): string[] {
  const succeeded = entries.filter(({ event }) => event === 'SUCCEEDED');
  const operations = new Set(succeeded.map(({ operationId }) => operationId));
  const deleted = new Set(
    succeeded.filter(({ kind }) => kind === 'delete').map(({ associationArn }) => idOf(associationArn)),
  );
  const isRecorded = ({ kind, operationId, associationId }: EksChange) =>
    kind === 'delete' ? deleted.has(associationId) : operationId !== null && operations.has(operationId);
  return changes
    .filter((change) => change.effect && !isRecorded(change))
    .map(({ kind, requestId, operationId, associationId }) => {
      const whose = operationId ?? associationId ?? 'an unknown operation';
      return `unrecorded: EKS applied the ${kind} ${requestId} of ${whose}, but the audit trail has no SUCCEEDED entry for it`;
    });
}

/** Compares each association with its last SUCCEEDED entry. */
function unlikeLastEntry({ entries, associations }: Facts): string[] {
  const succeeded = entries.filter(
    ({ event, associationArn, isExpiryOnly }) => event === 'SUCCEEDED' && associationArn !== null && !isExpiryOnly,
  );
  const last = new Map(succeeded.map((entry) => [entry.associationArn, entry]));
  const atEks = new Map(associations.map((association) => [association.associationArn, association]));
  return [...last.values()].flatMap(({ associationArn, kind, roleArn, operationId }) => {
    const roleAtEks = atEks.get(associationArn ?? '')?.roleArn ?? null;
    const roleInTrail = kind === 'delete' ? null : roleArn;
    if (roleAtEks === roleInTrail) return [];
    return [
      `state: ${associationArn} has ${roleAtEks}, but its last SUCCEEDED entry, of ${operationId}, has ${roleInTrail}`,
    ];
  });
}

/** A token is scoped to its principal and to one kind of operation. */
function nameOf(
  one: Pick<CallerAnswer, 'kind' | 'principal'> & { readonly clientRequestToken: string | null },
): string {
  return JSON.stringify([one.kind, one.principal, one.clientRequestToken]);
}

function idOf(associationArn: string | null): string | null {
  return associationArn?.split('/').at(-1) ?? null;
}
