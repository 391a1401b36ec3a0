import { hasTrait } from '../../model/operation.ts';
import type { Sight, StateChange, StateDemand } from '../association-state.ts';
import { formatVersion } from '../format.ts';
import { latestIn } from '../state-transition.ts';
import type { CommittedChange } from '../state-change.ts';

/**
 * How a change may be written: with a commit, over the confirmed association if its own is later;
 * or over one revision only; 0: no item.
 */
export type Guard =
  | { readonly kind: 'later'; readonly commit: Pick<CommittedChange, 'ownRecord' | 'demand'> }
  /** As a commit that demands nothing, if this record is in progress; null: any. */
  | { readonly kind: 'repair'; readonly recordKey: string | null }
  | { readonly kind: 'revision'; readonly revision: number };

/**
 * By how much the numbers of an item increase, and the key that is added to those in progress. They
 * are a set, because a condition can't name attributes that it does not know.
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

function conditionOfCommit(change: StateChange, guard: Guard): Condition {
  const { confirmed, endingOf, tiedTo } = change;
  if (guard.kind === 'revision' && guard.revision === 0) return { parts: ['attribute_not_exists(#v)'], values: {} };
  if (guard.kind === 'revision')
    return { parts: ['#v = :v', '#revision = :revision'], values: { ...version, ':revision': guard.revision } };
  const supported = '(attribute_not_exists(#v) OR #v = :v)';
  if (guard.kind === 'later' && guard.commit.demand !== null)
    return demandOf(supported, guard.commit.demand, guard.commit.ownRecord);
  if (tiedTo) return isConfirmed(supported, tiedTo);
  if (confirmed === undefined && endingOf !== undefined) return isPresent(supported, endingOf);
  if (confirmed === undefined) return { parts: [supported], values: version };
  const { associationId, modifiedAt } = confirmed.association;
  const values = { ...version, ':id': associationId, ':modifiedAt': modifiedAt };
  const history = latestIn(change) ? historyParts(confirmed.isDeleted) : [];
  // As `isReplacedBy` in state-transition.ts.
  if (confirmed.isDeleted) {
    const isLater = '#confirmed.#modifiedAt <= :modifiedAt OR #confirmed.#associationId = :id';
    return { parts: [supported, `(attribute_not_exists(#confirmed) OR ${isLater})`, ...history], values };
  }
  return {
    parts: [
      supported,
      `(attribute_not_exists(#confirmed) OR #confirmed.#modifiedAt ${hasTrait('sendsChange', confirmed) ? '<' : '<='} :modifiedAt)`,
      'NOT (#confirmed.#associationId = :id AND #confirmed.#isDeleted = :true)',
      ...history,
    ],
    values: { ...values, ':true': true },
  };
}

/** As `isAddedAfter` in state-transition.ts. */
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

/** Whether this version is the confirmed one, and there. */
function isConfirmed(supported: string, { associationId, modifiedAt }: Pick<Sight, 'associationId' | 'modifiedAt'>) {
  const { parts, values } = isPresent(supported, associationId);
  return {
    parts: [...parts, '#confirmed.#modifiedAt = :modifiedAt'],
    values: { ...values, ':modifiedAt': modifiedAt },
  };
}

/** As `mismatchOf` in state-demand.ts. A commit that demands something confirms nothing. */
function demandOf(supported: string, { changes, confirmed, endingSetBy }: StateDemand, own: string | null) {
  const isCount = changes === 0 ? '(attribute_not_exists(#changes) OR #changes = :changes)' : '#changes = :changes';
  // A set without keys is not stored.
  const isFree = 'attribute_not_exists(#recordsInProgress)';
  const ofConfirmed = confirmed && isConfirmed(supported, confirmed);
  const ofEnding = endingSetBy === null ? 'attribute_not_exists(#ending)' : '#ending.#setBy = :setBy';
  return {
    parts: [
      ...(ofConfirmed?.parts ?? [supported]),
      ...(changes === null ? [] : [isCount]),
      ...(endingSetBy === undefined ? [] : [ofEnding]),
      own === null ? isFree : `(${isFree} OR #recordsInProgress = :own)`,
    ],
    values: {
      ...(ofConfirmed?.values ?? version),
      ...(changes === null ? {} : { ':changes': changes }),
      ...(typeof endingSetBy === 'string' ? { ':setBy': endingSetBy } : {}),
      ...(own === null ? {} : { ':own': new Set([own]) }),
    },
  };
}

/** The names that the parts of a condition use. */
export function namesIn(parts: readonly string[]): Record<string, string> {
  const names = parts.join(' ').match(/(?<=#)[a-zA-Z]+/g) ?? [];
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
