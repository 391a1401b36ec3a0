import { isDeepStrictEqual } from 'node:util';
import type { AssociationState, Sight } from '../ledger/association-state.ts';
import { hasTrait } from '../model/operation.ts';
import { lapsedOperations, observed, undecided } from './judgement.ts';
import type { Judgement, Reading } from './judgement.ts';
import { latest, sightsOf } from './sights.ts';
import type { ReadTimes } from './sights.ts';

/**
 * An association that EKS does not show is gone once it is certain that reads show what was made
 * before.
 */
export function judgeAbsence(reading: Reading, { listLagMs, clockErrorMs }: ReadTimes): Judgement {
  const { state, readAt, knownRevision, associationId } = reading;
  const sights = sightsOf(state);
  const last = latest(sights);
  if (state === null) return undecided;
  if (last === null) return judgeNeverSeen(state, readAt - listLagMs - clockErrorMs);
  // The id of one that is gone says nothing of another that replaced it.
  if (associationId !== null && associationId !== last.associationId) return undecided;
  if (state.openOperations.some((one) => hasTrait('deletes', one) && one.closedAt === null)) return undecided;
  const settledAt = Math.max(state.changedAt ?? 0, Date.parse(last.modifiedAt)) + listLagMs + clockErrorMs;
  if (readAt <= settledAt || state.revision !== knownRevision) return undecided;
  const origin = isExplained(state, last) ? null : 'OUTSIDE';
  const gone = { ...last, isGone: true };
  return observed(reading, origin, {
    sights: [...sights, gone],
    lapsed: lapsedOperations(state, readAt),
    isConfirmed: false,
  });
}

/**
 * Whether it is known why an association is absent: an operation deleted it, or it ended with its
 * cluster. Later writes of the state do not change that.
 */
function isExplained({ confirmed, observed }: AssociationState, last: Sight): boolean {
  if (confirmed?.isDeleted && confirmed.association.associationId === last.associationId) return true;
  return observed?.origin === null && isDeepStrictEqual(observed.sight, last) && last.isGone;
}

/**
 * Of a service account that never had an association, which EKS does not show either. Operations
 * that were closed while in doubt, such as requests that never reached EKS, would stay in the state
 * for good: with each, the item grows.
 *
 * @param shownUntil what was made until then would show. Milliseconds since the epoch
 */
function judgeNeverSeen(state: AssociationState, shownUntil: number): Judgement {
  const lapsed = lapsedOperations(state, shownUntil);
  if (lapsed.length === 0) return undecided;
  return { kind: 'lapsed', endedOperationIds: lapsed.map(({ operationId }) => operationId) };
}
