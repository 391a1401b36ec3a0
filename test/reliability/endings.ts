import { isClosing } from './attribution.ts';
import type { Facts, TrailEntry } from './facts.ts';

/*
 * What must hold of associations that end. Each check gives one line per violation.
 */

/** All violations but those of {@link endedWithoutApproval}; none if nothing ends. */
export function untrueEndings(facts: Facts): string[] {
  const { entries } = facts;
  const endings = endingsSet(entries);
  const begun = entries.filter(({ event, ending }) => event === 'INTENT' && ending);
  return [
    ...begun.flatMap((intent) => tooEarly(intent)),
    ...begun.flatMap((intent) => replaced(intent, endings)),
    ...[
      ...Map.groupBy(
        entries.filter(({ ending }) => ending),
        nameOf,
      ),
    ].flatMap(moreThanOnce),
    ...leftOver(facts, endings),
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
  return earlierEndings(entries)
    .filter(({ operationId }) => !users.has(operationId))
    .map(({ operationId, associationArn }) => `${operationId} ends ${associationArn} without the approval of a delete`);
}

/** The first entries of updates that end an association earlier than before, or at all, whose delete needs an approval. */
export function earlierEndings(entries: readonly TrailEntry[]): TrailEntry[] {
  const endings = endingsSet(entries);
  return entries.filter(({ associationArn, time, event, setsEnding, isEndingOnly, endsHeld }) => {
    if (!endsHeld || event !== (isEndingOnly ? 'SUCCEEDED' : 'INTENT')) return false;
    const last = endings.findLast((one) => one.associationArn === associationArn && one.time < time);
    return !(typeof last?.at === 'number' && typeof setsEnding === 'number' && setsEnding >= last.at);
  });
}

/** An ending that a success set or, where `at` is null, cleared. */
interface SetEnding {
  readonly operationId: string;
  readonly associationArn: string | null;
  readonly time: number;
  readonly at: number | null;
}

/** The endings that successes set, in the order of the successes. */
export function endingsSet(entries: readonly TrailEntry[]): SetEnding[] {
  const requested = new Map(
    entries.flatMap(({ operationId, setsEnding }) => (setsEnding === undefined ? [] : [[operationId, setsEnding]])),
  );
  return entries
    .filter(({ event, fence, operationId }) => event === 'SUCCEEDED' && fence !== null && requested.has(operationId))
    .map(({ operationId, associationArn, time }) => ({
      ...{ operationId, associationArn, time, at: requested.get(operationId) ?? null },
    }))
    .sort((one, other) => one.time - other.time);
}

function tooEarly({ operationId, time, ending }: TrailEntry): string[] {
  return ending && time < ending.at ? [`${operationId} began before the ending ${isoOf(ending.at)}`] : [];
}

/** A delete for an ending that no success set, or that another one had replaced before. */
function replaced({ operationId, associationArn, time, ending }: TrailEntry, endings: readonly SetEnding[]): string[] {
  const last = endings.findLast((one) => one.associationArn === associationArn && one.time < time);
  const isLast = last?.operationId === ending?.setBy && last?.at === ending?.at;
  return isLast
    ? []
    : [`${operationId} carried out the ending of ${ending?.setBy}, but ${last?.operationId} set the last`];
}

/** An ending with two successes, or two warnings. */
function moreThanOnce([name, ofOne]: [string, readonly TrailEntry[]]): string[] {
  return ['SUCCEEDED', 'EXPIRY_WARNED'].flatMap((event) => {
    const count = ofOne.filter((entry) => entry.event === event).length;
    return count > 1 ? [`the ending ${name} has ${count} entries ${event}`] : [];
  });
}

/** Associations that exist although a complete run began after their last ending; not where the ending was refused, which raises an alarm. */
function leftOver({ endedAt, associations, entries }: Facts, endings: readonly SetEnding[]): string[] {
  if (endedAt === undefined) return [];
  return associations.flatMap(({ associationArn }) => {
    const last = endings.findLast((one) => one.associationArn === associationArn);
    const isDue = last && last.at !== null && last.at < endedAt;
    const isRefused = entries.some(
      (entry) => isClosing(entry) && entry.event === 'REFUSED' && entry.ending?.setBy === last?.operationId,
    );
    return isDue && !isRefused ? [`${associationArn} exists after its ending ${isoOf(last.at)}`] : [];
  });
}

function nameOf({ ending }: TrailEntry): string {
  return `${isoOf(ending?.at ?? 0)}, set by ${ending?.setBy},`;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
