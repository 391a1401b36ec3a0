import { isDeepStrictEqual } from 'node:util';
import { confirmedVersion, isFromOutside, lastSeenAt } from '../ledger/association-history.ts';
import type { AssociationState, AssociationVersion, StateChange } from '../ledger/association-state.ts';
import type { Association } from '../model/association.ts';

/**
 * The version that an observation adds to the history; null if it shows the latest one again, or one that an open operation made: that comes
 * with its outcome.
 *
 * @param absentAt when the service account had no association, if it has no state: when the last complete scan of its cluster began;
 * null if there was none. Milliseconds since the epoch.
 */
export function seenVersion(
  { target, observed, confirmed }: Omit<StateChange, 'version'>,
  association: Association | null,
  state: AssociationState | null,
  absentAt: number | null,
): AssociationVersion | null {
  if (!observed) return null;
  const seenAt = Math.max(observed.at, (state?.latest?.seenAt ?? 0) + 1);
  const times = { seenAt, seenOtherwiseAt: state === null ? absentAt : lastSeenAt(state) };
  if (confirmed) return confirmedVersion(target, confirmed, times);
  const { origin } = observed;
  if (association === null) {
    return state?.latest?.origin
      ? { target, association, origin: null, operationId: null, declaration: null, ...times }
      : null;
  }
  if (origin === 'OPERATION') {
    // After what others made; also after an absence, if reads lagged more than they may.
    const isBack = observed.association === null && (isFromOutside(state?.latest) || state?.latest?.origin === null);
    return isBack && state?.confirmed ? confirmedVersion(target, state.confirmed, times) : null;
  }
  const isKnown = isFromOutside(state?.latest) && isDeepStrictEqual(state?.observed?.association, association);
  return isKnown ? null : { target, association, origin, operationId: null, declaration: null, ...times };
}
