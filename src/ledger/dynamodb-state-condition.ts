import { sendsChange } from '../model/operation.ts';
import type { StateChange, StateDemand } from './association-state.ts';
import { formatVersion } from './format.ts';
import type { CommittedChange } from './state-change.ts';

/** How a change may be written: with a commit, over the confirmed association if its own is later; or over one revision only; 0: no item. */
export type Guard =
  | { readonly kind: 'later'; readonly commit: Pick<CommittedChange, 'ownRecord' | 'demand'> }
  /** As a commit that demands nothing, if this record is in progress; null: any. */
  | { readonly kind: 'repair'; readonly recordKey: string | null }
  | { readonly kind: 'revision'; readonly revision: number };

/**
 * By how much the numbers of an item increase, and the key that is added to those in progress. They are a set, because a condition can't name attributes
 * that it does not know.
 */
export function additionsOf({ isChange, begunRecord }: StateChange): Record<string, number | Set<string>> {
  return {
    revision: 1,
    ...(isChange ? { changes: 1 } : {}),
    ...(begunRecord === undefined ? {} : { recordsInProgress: new Set([begunRecord]) }),
  };
}

/** The values of a condition on the format version. */
export const version = { ':v': formatVersion };

interface Condition {
  readonly parts: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** The condition of an update. An item of another version is not changed. */
export function conditionOf(change: StateChange, guard: Guard) {
  if (guard.kind !== 'repair' || guard.recordKey === null) return conditionOfCommit(change, guard);
  const { parts, values } = conditionOfCommit(change, guard);
  return {
    parts: [...parts, 'contains(#recordsInProgress, :recordKey)'],
    values: { ...values, ':recordKey': guard.recordKey },
  };
}

function conditionOfCommit({ confirmed, endingOf, version: added }: StateChange, guard: Guard): Condition {
  if (guard.kind === 'revision' && guard.revision === 0) return { parts: ['attribute_not_exists(#v)'], values: {} };
  if (guard.kind === 'revision')
    return { parts: ['#v = :v', '#revision = :revision'], values: { ...version, ':revision': guard.revision } };
  const supported = '(attribute_not_exists(#v) OR #v = :v)';
  if (guard.kind === 'later' && guard.commit.demand !== null)
    return demandOf(supported, guard.commit.demand, guard.commit.ownRecord);
  if (confirmed === undefined && endingOf !== undefined) return isPresent(supported, endingOf);
  if (confirmed === undefined) return { parts: [supported], values: version };
  const { associationId, modifiedAt } = confirmed.association;
  const values = { ...version, ':id': associationId, ':modifiedAt': modifiedAt };
  const history = added ? historyParts(confirmed.isDeleted) : [];
  // As `isReplacedBy` in state-change.ts.
  if (confirmed.isDeleted) {
    const isLater = '#confirmed.#modifiedAt <= :modifiedAt OR #confirmed.#associationId = :id';
    return { parts: [supported, `(attribute_not_exists(#confirmed) OR ${isLater})`, ...history], values };
  }
  return {
    parts: [
      supported,
      `(attribute_not_exists(#confirmed) OR #confirmed.#modifiedAt ${sendsChange[confirmed.operation] ? '<' : '<='} :modifiedAt)`,
      'NOT (#confirmed.#associationId = :id AND #confirmed.#isDeleted = :true)',
      ...history,
    ],
    values: { ...values, ':true': true },
  };
}

/** As `isAddedAfter` in state-change.ts. */
function historyParts(isDeleted: boolean): string[] {
  const sight = '#observed.#sight';
  return [
    `(attribute_not_exists(${sight}.#modifiedAt) OR ${sight}.#modifiedAt <= :modifiedAt)`,
    ...(isDeleted ? [] : [`NOT (${sight}.#modifiedAt = :modifiedAt AND ${sight}.#isGone = :true)`]),
  ];
}

/** As `keepsEnding` in ending-change.ts. */
function isPresent(supported: string, associationId: string) {
  const values = { ...version, ':id': associationId, ':false': false };
  return { parts: [supported, '#confirmed.#associationId = :id', '#confirmed.#isDeleted = :false'], values };
}

/** As `mismatchOf` in state-demand.ts. A commit that demands something confirms nothing. */
function demandOf(supported: string, { changes, confirmed, endingSetBy }: StateDemand, own: string | null) {
  const isCount = changes === 0 ? '(attribute_not_exists(#changes) OR #changes = :changes)' : '#changes = :changes';
  // A set without keys is not stored.
  const isFree = 'attribute_not_exists(#recordsInProgress)';
  const ofConfirmed = confirmed && isPresent(supported, confirmed.associationId);
  return {
    parts: [
      ...(ofConfirmed?.parts ?? [supported]),
      ...(confirmed ? ['#confirmed.#modifiedAt = :modifiedAt'] : []),
      ...(changes === null ? [] : [isCount]),
      ...(endingSetBy === null ? [] : ['#ending.#setBy = :setBy']),
      own === null ? isFree : `(${isFree} OR #recordsInProgress = :own)`,
    ],
    values: {
      ...(ofConfirmed?.values ?? version),
      ...(confirmed ? { ':modifiedAt': confirmed.modifiedAt } : {}),
      ...(changes === null ? {} : { ':changes': changes }),
      ...(endingSetBy === null ? {} : { ':setBy': endingSetBy }),
      ...(own === null ? {} : { ':own': new Set([own]) }),
    },
  };
}

/** The names that the parts of a condition use. */
export function namesIn(parts: readonly string[]): Record<string, string> {
  const names = parts.join(' ').match(/(?<=#)[a-zA-Z]+/g) ?? [];
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
