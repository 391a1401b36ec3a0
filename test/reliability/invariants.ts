import { unmatchedSuccesses, unrecorded } from './agreement.ts';
import {
  byOperation,
  byToken,
  describeChange,
  hasIntent,
  isByLeaseHolder,
  isClosing,
  isFinal,
  tokenName,
  tokenOf,
} from './attribution.ts';
import {
  adoptedBesideOwn,
  adoptedLaterStates,
  adoptedUnderLock,
  holesAtOnce,
  isAtOnce,
  adoptions,
  untrueAdoptions,
} from './adoptions.ts';
import { unapproved } from './approvals.ts';
import { endedWithoutApproval, untrueExpiries } from './expiries.ts';
import { changesOfOthers, changesOnceReached, repeatedEffects, statesNotReached, timesUndone } from './desired.ts';
import { neededErasures } from './erasures.ts';
import type { CallerAnswer, Facts, TrailEntry } from './facts.ts';
import { overwrittenChanges, sentUnderLock, undoneByPlans, undoneRevocations, unfoundedRefusals } from './others.ts';
import { untrueObservations } from './observed.ts';
import { isUnseen, untruths } from './truth.ts';

/** A violated guarantee of `docs/reliability.md`. */
export interface Violation {
  readonly invariant: Invariant;
  /** What was observed, with the ids to find it. */
  readonly what: string;
}

/** The guarantees of `docs/reliability.md`. */
export const invariants = {
  intentFirst: 'No change is sent to EKS without a durable INTENT entry.',
  noHoles: 'Every INTENT is followed by exactly one closing entry.',
  inTime: 'Nothing is sent after the deadline of its request or run, and nothing written with a wrong clock.',
  oneEffect:
    'A client request token has at most one effect and one final answer; a desired state has one more after each change of others.',
  fenced: 'A superseded lease holder writes nothing.',
  denied: 'A denied request changes nothing.',
  truthful: 'An operation that did or may still take effect is never reported as failed.',
  respected:
    'A request that expects a `modifiedAt` never overwrites or deletes a later state that was visible when it arrived.',
  revoked:
    'A deletion through the gateway is not undone by a repetition of the create, nor by a create that was planned before it.',
  locked: 'Nothing is sent under a lock that was set before the request arrived or took over.',
  agreed: 'After reconciliation, audit trail and EKS agree on who changed what.',
  isolated: "A principal never receives another principal's answer.",
  observed: 'A scan records each foreign change once, and nothing that an operation made.',
  remembered: 'An answer as of a past time is what EKS had then, or says that it is not certain.',
  approved:
    'What needs approvals begins only by them, once for each, and the entries of an approval agree with its item.',
  ended: 'An association ends at the last expiry that a success set, not before, and once.',
  needed: 'An erasure is recorded, and takes nothing that an open operation or the expiry of an association needs.',
  desired:
    'A desired state that is answered as reached is what EKS has, one that is sent again is reached, and none changes what another declaration owns.',
  answered: 'No input causes a server error.',
} as const;

/** Short name of a guarantee. */
export type Invariant = keyof typeof invariants;

/** All violations in `facts`; empty if every guarantee holds. */
export function violations(facts: Facts): Violation[] {
  return (Object.keys(checks) as Invariant[]).flatMap((invariant) =>
    checks[invariant](facts).map((what) => ({ invariant, what })),
  );
}

/** Each check returns one line per violation. */
const checks: Readonly<Record<Invariant, (facts: Facts) => string[]>> = {
  intentFirst: ({ changes, entries }) =>
    changes
      .filter((change) => !hasIntent(change, entries))
      .map((change) => `no INTENT precedes: ${describeChange(change)}`),

  inTime: ({ sentLate = [] }) => [...sentLate],

  noHoles: ({ entries, records, reconciled }) => [
    ...holesAtOnce(entries),
    ...[...byOperation(entries.filter((entry) => isByLeaseHolder(entry) && !isAtOnce(entry)))].flatMap(
      ([operationId, ofOne]) => {
        const closing = ofOne.filter(isClosing).map(({ event }) => event);
        const intents = ofOne.filter(({ event }) => event === 'INTENT').length;
        // An open operation must have a record in progress; otherwise no later run can complete it.
        const isInProgress = records.some(
          (token) => token.operationId === operationId && token.state === 'IN_PROGRESS',
        );
        const isOpen = closing.length === 0 && !reconciled && isInProgress;
        if (intents === 1 && (closing.length === 1 || isOpen)) return [];
        return [`operation ${operationId} has ${intents} INTENT entries and closing entries [${closing.join(', ')}]`];
      },
    ),
  ],

  oneEffect: (facts) => [...byToken(facts.answers)].flatMap(([token, answers]) => duplicates(facts, token, answers)),

  fenced: ({ entries, records }) => [
    ...[...byOperation(entries.filter(({ event, fence }) => fence !== null && event !== 'LATE_SUCCESS'))].flatMap(
      fenceViolations,
    ),
    ...records.flatMap(({ operationId, fence }) => {
      const highest = Math.max(...entries.filter((entry) => entry.operationId === operationId).map(fenceOf));
      return fence === null || fence >= highest
        ? []
        : [`the record of ${operationId} has fence ${fence}, but the audit trail has fence ${highest}`];
    }),
  ],

  denied: ({ answers, entries, changes }) =>
    [...byToken(answers)]
      .filter(([, ofOne]) => ofOne.every(({ event }) => event === 'DENIED' || event === 'INVALID'))
      .flatMap(([token]) =>
        changes
          .filter((change) => tokenOf(change, entries) === token)
          .map((change) => `${token} was denied, but ${describeChange(change)}`)
          .concat(
            adoptions(entries).flatMap((one) => (tokenName(one) === token ? [`${token} was denied, but adopted`] : [])),
          ),
      ),

  truthful: (facts) => [
    ...untruths(facts),
    ...untrueAdoptions(facts),
    ...adoptedBesideOwn(facts),
    ...unfoundedRefusals(facts),
  ],

  respected: (facts) => [...overwrittenChanges(facts), ...adoptedLaterStates(facts)],

  revoked: (facts) => [...undoneRevocations(facts), ...undoneByPlans(facts)],

  locked: (facts) => [...sentUnderLock(facts), ...adoptedUnderLock(facts)],

  agreed: (facts) => [...unrecorded(facts), ...unmatchedSuccesses(facts)],

  isolated: ({ answers, entries }) =>
    answers.flatMap(({ principal, operationId }) =>
      entries
        .filter((entry) => entry.operationId === operationId && entry.principal !== principal)
        .map((entry) => `${principal} was answered with operation ${operationId} of ${entry.principal}`),
    ),

  observed: untrueObservations,

  remembered: ({ untruePast = [] }) => [...untruePast],

  approved: unapproved,

  ended: (facts) => [...untrueExpiries(facts), ...endedWithoutApproval(facts)],

  needed: neededErasures,

  desired: (facts) => [...statesNotReached(facts), ...changesOnceReached(facts), ...changesOfOthers(facts)],

  answered: ({ answers, approvals }) => [
    ...answers
      .filter(({ httpStatus, code }) => isServerError(httpStatus) || code === 'INTERNAL_SERVER_ERROR')
      .map((answer) => `${tokenName(answer)} was answered ${answer.httpStatus} ${answer.code}`),
    ...(approvals?.votes ?? [])
      .filter(({ httpStatus }) => isServerError(httpStatus))
      .map(({ approvalId, httpStatus }) => `the vote on ${approvalId} was answered ${httpStatus}`),
  ],
};

function isServerError(httpStatus: number | null): boolean {
  return (httpStatus ?? 200) >= 500;
}

/** Effects and final answers of a token beyond the one that is allowed; of a desired state, beyond those after changes of others. */
function duplicates(facts: Facts, token: string, answers: readonly CallerAnswer[]): string[] {
  const { changes, entries } = facts;
  const effects = changes.filter(
    (change) => change.effect && !isUnseen(facts, change) && tokenOf(change, entries) === token,
  );
  const finals = new Set(answers.filter((answer) => isFinal(answer, entries)).map(finalOf));
  const successes = entries.filter((entry) => entry.event === 'SUCCEEDED' && tokenName(entry) === token);
  const isDesired = answers.some(({ desired }) => desired);
  const allowed = isDesired ? 1 + timesUndone(facts, token, effects) : 1;
  return [
    ...(isDesired ? repeatedEffects(effects) : []),
    ...(effects.length > allowed
      ? [`${token} had ${effects.length} effects: ${effects.map(describeChange).join(', ')}`]
      : []),
    ...(finals.size > allowed ? [`${token} was answered ${[...finals].join(' and ')}`] : []),
    ...(successes.length > allowed ? [`${token} has ${successes.length} SUCCEEDED entries`] : []),
  ];
}

function finalOf({ status, code, associationArn }: CallerAnswer): string {
  return [status, code ?? associationArn].join(' ');
}

/**
 * Lease holders follow one another, each with the next fence. Only the last holder closes the operation; a holder
 * writes nothing after the next one has started.
 */
function fenceViolations([operationId, entries]: [string, readonly TrailEntry[]]): string[] {
  const name = ({ event, fence }: TrailEntry) => `${event} with fence ${fence}`;
  return entries.flatMap((entry) => {
    const successors = entries.filter((other) => fenceOf(other) > fenceOf(entry));
    const [successor] = isClosing(entry) ? successors : successors.filter(({ time }) => time < entry.time);
    return successor ? [`${operationId}: ${name(entry)} conflicts with ${name(successor)}`] : [];
  });
}

function fenceOf({ fence }: Pick<TrailEntry, 'fence'>): number {
  return fence ?? 0;
}
