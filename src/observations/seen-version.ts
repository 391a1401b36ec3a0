import { isDeepStrictEqual } from 'node:util';
import {
  confirmedVersion,
  deletedVersion,
  isFromOutside,
  lastReadAt,
  lastSeenAt,
  latestAssociation,
  tiedOperation,
} from '../ledger/association-history.ts';
import type { AssociationState, ConfirmedAssociation, ObservedState, Sight } from '../ledger/association-state.ts';
import type { StateChange } from '../ledger/state-store.ts';
import type { AssociationVersion, DeletedAssociation } from '../ledger/association-version.ts';
import type { Association } from '../model/association.ts';

/**
 * The version that an observation adds to the history; null if it shows the latest one again, or
 * one that an open operation made: that comes with its outcome.
 *
 * @param absentAt when the service account had no association, if it has no state: when the last
 *   complete scan of its cluster began; null if there was none. Milliseconds since the epoch.
 */
export function seenVersion(
  { target, observed, confirmed, tags, endedOperationIds }: Omit<StateChange, 'version'>,
  association: Association | null,
  state: AssociationState | null,
  absentAt: number | null,
): AssociationVersion | null {
  if (!observed) return null;
  const times = {
    seenAt: seenAtOf(observed, association, state),
    seenOtherwiseAt: state ? lastSeenAt(state) : absentAt,
  };
  const confirmedAgain = (by: ConfirmedAssociation) => ({
    ...confirmedVersion(target, by, times),
    isRead: true as const,
  });
  if (confirmed) return confirmedAgain(confirmed);
  // Tags that a change in doubt left: of whoever made the association.
  if (tags && association && state?.confirmed) return confirmedAgain({ ...state.confirmed, association });
  const { origin } = observed;
  const byScan = { operationId: null, declaration: null };
  if (association === null) {
    const gone = state && goneAssociation(state, observed.sight);
    return gone && deletedVersion(target, gone, { ...byScan, seenAt: observed.at, seenOtherwiseAt: lastReadAt(state) });
  }
  if (origin === 'OPERATION') {
    // After what others made; also after an absence, if reads lagged more than they may.
    const isBack = isFromOutside(state?.latest) || state?.latest?.origin === null;
    const tied = state && tiedOperation(state);
    const isLastOfTied = tied !== null && endedOperationIds.includes(tied.operationId);
    const isShown = observed.association === null && (isBack || isLastOfTied);
    return isShown && state?.confirmed ? confirmedAgain(state.confirmed) : null;
  }
  const isKnown = isFromOutside(state?.latest) && isDeepStrictEqual(state?.observed?.association, association);
  return isKnown ? null : { target, association, origin, ...byScan, ...times };
}

/**
 * When a version was seen: of two with the same `modifiedAt`, whatever the clocks of scans show,
 * the second one later.
 */
export function seenAtOf(
  { at }: ObservedState,
  association: Association | null,
  state: AssociationState | null,
): number {
  const isSame = state?.latest && latestAssociation(state)?.modifiedAt === association?.modifiedAt;
  return isSame ? Math.max(at, state.latest.seenAt + 1) : at;
}

/** The association that an absence ends; null if the history has none that is there. */
export function goneAssociation(state: AssociationState, sight: Sight | null): DeletedAssociation | null {
  const { observed, confirmed, latest, tags } = state;
  const isGone = ({ associationId }: Pick<Sight, 'associationId'>) => associationId === sight?.associationId;
  const present = latest?.origin ? latestAssociation(state) : null;
  const known = present && [observed?.association, confirmed?.association, present].find((one) => one && isGone(one));
  if (known) return known;
  // Only a change of tags showed it, whose version the history has.
  const ended = [confirmed?.isDeleted && confirmed.association, observed?.sight?.isGone && observed.sight];
  const isOfTags = tags?.seen && isGone(tags) && !ended.some((one) => one && isGone(one));
  return isOfTags ? { ...tags.seen, associationId: tags.associationId } : present;
}
