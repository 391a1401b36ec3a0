import type { Association } from '../model/association.ts';
import type { AssociationState } from './association-state.ts';

/**
 * The association of a service account, as an outcome or a scan last showed it; null if it was
 * gone, and where nothing is known. Of two of the same version, which differ in tags, the one that
 * was recorded last.
 */
export function knownAssociation(state: AssociationState | null): Association | null {
  if (state === null) return null;
  const { confirmed, observed, changedAt } = state;
  const seen = observed?.association ?? null;
  const isSeenLater =
    seen !== null &&
    (confirmed === null ||
      seen.modifiedAt > confirmed.association.modifiedAt ||
      (seen.modifiedAt === confirmed.association.modifiedAt && (observed?.at ?? 0) > (changedAt ?? 0)));
  const latest = isSeenLater ? seen : confirmed && !confirmed.isDeleted ? confirmed.association : null;
  const isGone = observed?.sight?.isGone === true && observed.sight.associationId === latest?.associationId;
  return isGone ? null : latest;
}
