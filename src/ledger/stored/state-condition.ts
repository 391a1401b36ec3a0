import { hasTrait } from '../../model/operation.ts';
import type { StateChange, StateDemand, TagsDemand } from '../state-store.ts';
import type { ConfirmedAssociation, Sight } from '../association-state.ts';
import { supported } from './record.ts';
import { absent, allOf, anyOf, contains, equals, less, lessOrEqual, not } from './items.ts';
import type { Condition } from './items.ts';
import type { CommittedChange } from '../rules/state-change.ts';
import { latestIn } from '../rules/state-transition.ts';

/**
 * How a change may be written: with a commit, over the confirmed association if its own is later;
 * or over one revision only; 0: no item.
 */
export type Guard =
  | { readonly kind: 'later'; readonly commit: Pick<CommittedChange, 'ownRecord' | 'demand'> }
  /** As a commit that demands nothing, if this record is in progress; null: any. */
  | { readonly kind: 'repair'; readonly recordKey: string | null }
  | { readonly kind: 'revision'; readonly revision: number };

/** The condition of an update. An item of another version is not changed. */
export function stateCondition(change: StateChange, guard: Guard): Condition {
  if (guard.kind === 'revision' && guard.revision === 0) return absent('v');
  if (guard.kind === 'revision') return allOf(supported, equals('revision', guard.revision));
  const isNewOrSupported = anyOf(absent('v'), supported);
  if (guard.kind === 'later')
    return allOf(
      isNewOrSupported,
      ...permittingTags(change),
      ...(guard.commit.demand ? demanded(guard.commit.demand, guard.commit.ownRecord) : permitting(change)),
    );
  const inProgress = guard.recordKey === null ? [] : [contains('recordsInProgress', guard.recordKey)];
  return allOf(isNewOrSupported, ...permittingTags(change), ...permitting(change), ...inProgress);
}

/** What permits a change that demands nothing. */
function permitting(change: StateChange): Condition[] {
  const { confirmed, expiryOf, tiedTo } = change;
  if (tiedTo) return isConfirmed(tiedTo);
  if (confirmed) return [...isLater(confirmed), ...(latestIn(change) ? isLatest(confirmed) : [])];
  // A later version of the same association is confirmed, whose expiry is replaced all the same.
  return expiryOf === undefined ? [] : isPresent(expiryOf);
}

/**
 * What permits an adoption or update to remove known tags: its reads, which began with it, show them, or they
 * are of another association. Those that an outcome writes need nothing: changes of tags exclude
 * each other.
 */
function permittingTags({ tags, tagsReadFrom, confirmed }: StateChange): Condition[] {
  if (tags !== null || tagsReadFrom === undefined || !confirmed) return [];
  const isOfOther = not(equals(['tags', 'associationId'], confirmed.association.associationId));
  return [anyOf(absent('tags'), isOfOther, less(['tags', 'shownFrom'], tagsReadFrom))];
}

const [confirmedId, confirmedAt] = [
  ['confirmed', 'associationId'],
  ['confirmed', 'modifiedAt'],
];
const isDeleted = equals(['confirmed', 'isDeleted'], true);

/**
 * That an outcome replaces what is confirmed: only if its association is a later one. What is
 * deleted stays deleted, and a delete does not replace a later association. An adoption replaces
 * the same version too, whose tags others may have changed.
 */
function isLater(confirmed: ConfirmedAssociation): Condition[] {
  const { associationId, modifiedAt } = confirmed.association;
  const isSame = equals(confirmedId, associationId);
  if (confirmed.isDeleted) return [anyOf(absent('confirmed'), lessOrEqual(confirmedAt, modifiedAt), isSame)];
  const isEarlier = hasTrait('sendsChange', confirmed) ? less : lessOrEqual;
  return [anyOf(absent('confirmed'), isEarlier(confirmedAt, modifiedAt)), not(allOf(isSame, isDeleted))];
}

/**
 * That a confirmed association is the latest version after what scans saw last: not where that is a
 * later version, or that this one is gone.
 */
function isLatest({ association: { modifiedAt }, isDeleted: isDelete }: ConfirmedAssociation): Condition[] {
  const [seenAt, isGone] = [
    ['observed', 'sight', 'modifiedAt'],
    ['observed', 'sight', 'isGone'],
  ];
  const seenGone = allOf(equals(seenAt, modifiedAt), equals(isGone, true));
  return [anyOf(absent(seenAt), lessOrEqual(seenAt, modifiedAt)), ...(isDelete ? [] : [not(seenGone)])];
}

/** That an association is the confirmed one, and there. */
function isPresent(associationId: string): Condition[] {
  return [equals(confirmedId, associationId), equals(['confirmed', 'isDeleted'], false)];
}

/** That a version is the confirmed one, and there. */
function isConfirmed({ associationId, modifiedAt }: Pick<Sight, 'associationId' | 'modifiedAt'>): Condition[] {
  return [...isPresent(associationId), equals(confirmedAt, modifiedAt)];
}

/** What a commit demands that confirms nothing. */
function demanded({ publicRevision, confirmed, expirySetBy, tags }: StateDemand, own: string | null): Condition[] {
  const count = publicRevision === null ? [] : [equals('changes', publicRevision)];
  // A set without keys is not stored.
  const isFree = absent('recordsInProgress');
  const ofExpiry = expirySetBy === null ? absent('ending') : equals(['ending', 'setBy'], expirySetBy ?? '');
  return [
    ...(confirmed ? isConfirmed(confirmed) : []),
    ...(publicRevision === 0 ? [anyOf(absent('changes'), ...count)] : count),
    ...(expirySetBy === undefined ? [] : [ofExpiry]),
    ...(tags ? demandedTags(tags) : []),
    own === null ? isFree : anyOf(isFree, equals('recordsInProgress', new Set([own]))),
  ];
}

/** That the known tags are those that were read, and that none are in doubt. */
function demandedTags({ setBy, startedAt }: TagsDemand): Condition[] {
  if (setBy === null) return [absent('tags')];
  const doubt = ['tags', 'inDoubtUntil'];
  return [equals(['tags', 'setBy'], setBy), anyOf(absent(doubt), less(doubt, startedAt))];
}
