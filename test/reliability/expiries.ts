import { isClosing } from './attribution.ts';
import type { Facts, TrailEntry } from './facts.ts';

/*
 * What must hold of associations that end. Each check gives one line per violation.
 */

/** All violations but those of {@link endedWithoutApproval}; none if nothing ends. */
export function untrueExpiries(facts: Facts): string[] {
  const { entries } = facts;
  const expiries = expiriesSet(entries);
  const begun = entries.filter(({ event, expiry }) => event === 'INTENT' && expiry);
  return [
    ...begun.flatMap((intent) => tooEarly(intent)),
    ...begun.flatMap((intent) => replaced(intent, expiries)),
    ...[
      ...Map.groupBy(
        entries.filter(({ expiry }) => expiry),
        nameOf,
      ),
    ].flatMap(moreThanOnce),
    ...leftOver(facts, expiries),
  ];
}

/**
 * Updates that end an association earlier than before, or at all, without the approval that a
 * delete of it needs. Approvals are not of one service account: give it all facts of a run. Empty
 * without the facts of approvals.
 */
export function endedWithoutApproval({ approvals, entries }: Facts): string[] {
  if (!approvals) return [];
  const users = new Set(approvals.entries.map(({ usedBy }) => usedBy));
  return earlierExpiries(entries)
    .filter(({ operationId }) => !users.has(operationId))
    .map(({ operationId, associationArn }) => `${operationId} ends ${associationArn} without the approval of a delete`);
}

/** The first entries of updates that end an association earlier than before, or at all, whose delete needs an approval. */
export function earlierExpiries(entries: readonly TrailEntry[]): TrailEntry[] {
  const expiries = expiriesSet(entries);
  return entries.filter(({ associationArn, time, event, setsExpiry, isExpiryOnly, endsHeld }) => {
    if (!endsHeld || event !== (isExpiryOnly ? 'SUCCEEDED' : 'INTENT')) return false;
    const last = expiries.findLast((one) => one.associationArn === associationArn && one.time < time);
    return !(typeof last?.at === 'number' && typeof setsExpiry === 'number' && setsExpiry >= last.at);
  });
}

/** An expiry that a success set or, where `at` is null, cleared. */
interface SetExpiry {
  readonly operationId: string;
  readonly associationArn: string | null;
  readonly time: number;
  readonly at: number | null;
}

/** The expiries that successes set, in the order of the successes. */
export function expiriesSet(entries: readonly TrailEntry[]): SetExpiry[] {
  const requested = new Map(
    entries.flatMap(({ operationId, setsExpiry }) => (setsExpiry === undefined ? [] : [[operationId, setsExpiry]])),
  );
  return entries
    .filter(({ event, fence, operationId }) => event === 'SUCCEEDED' && fence !== null && requested.has(operationId))
    .map(({ operationId, associationArn, time }) => ({
      ...{ operationId, associationArn, time, at: requested.get(operationId) ?? null },
    }))
    .sort((one, other) => one.time - other.time);
}

function tooEarly({ operationId, time, expiry }: TrailEntry): string[] {
  return expiry && time < expiry.at ? [`${operationId} began before the expiry ${isoOf(expiry.at)}`] : [];
}

/** A delete for an expiry that no success set, or that another one had replaced before. */
function replaced({ operationId, associationArn, time, expiry }: TrailEntry, expiries: readonly SetExpiry[]): string[] {
  const last = expiries.findLast((one) => one.associationArn === associationArn && one.time < time);
  const isLast = last?.operationId === expiry?.setBy && last?.at === expiry?.at;
  return isLast
    ? []
    : [`${operationId} carried out the expiry of ${expiry?.setBy}, but ${last?.operationId} set the last`];
}

/** An ending with two successes, or two warnings. */
function moreThanOnce([name, ofOne]: [string, readonly TrailEntry[]]): string[] {
  return ['SUCCEEDED', 'EXPIRY_WARNED'].flatMap((event) => {
    const count = ofOne.filter((entry) => entry.event === event).length;
    return count > 1 ? [`the expiry ${name} has ${count} entries ${event}`] : [];
  });
}

/** Associations that exist although a complete run began after their last expiry; not where the expiry was refused, which raises an alarm. */
function leftOver({ endedAt, associations, entries }: Facts, expiries: readonly SetExpiry[]): string[] {
  if (endedAt === undefined) return [];
  return associations.flatMap(({ associationArn }) => {
    const last = expiries.findLast((one) => one.associationArn === associationArn);
    const isDue = last && last.at !== null && last.at < endedAt;
    const isRefused = entries.some(
      (entry) => isClosing(entry) && entry.event === 'REFUSED' && entry.expiry?.setBy === last?.operationId,
    );
    return isDue && !isRefused ? [`${associationArn} exists after its expiry ${isoOf(last.at)}`] : [];
  });
}

function nameOf({ expiry }: TrailEntry): string {
  return `${isoOf(expiry?.at ?? 0)}, set by ${expiry?.setBy},`;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
