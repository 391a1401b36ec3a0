import type { AssociationVersion } from '../../ledger/association-version.ts';
import { associationOfVersion, placeOfVersions } from '../../ledger/stored/version-keys.ts';
import { maxScanMs } from '../../observations/sights.ts';
import type { ReadTimes } from '../../observations/sights.ts';
import { isRead } from './tag-spans.ts';
import type { PresentVersion } from './tag-spans.ts';

/**
 * When an association was deleted, by the versions that say so: after it was changed or seen last,
 * and before its absence was known. An absence that a later version refutes was a read that lagged
 * too long.
 */
export function deletionIn(ofGroup: readonly AssociationVersion[], { clockErrorMs, listLagMs }: ReadTimes) {
  const last = ofGroup.find(isPresent);
  const isRefuted = ({ seenAt }: AssociationVersion) =>
    last !== undefined && (madeAt(last) > seenAt + clockErrorMs || (isRead(last) && last.seenAt > seenAt + maxScanMs));
  const deletions = ofGroup.filter((one) => !isPresent(one) && !isRefuted(one));
  if (deletions.length === 0) return null;
  const until = Math.min(...deletions.map(({ seenAt }) => seenAt + clockErrorMs));
  const known = deletions.flatMap((one) => [
    Date.parse(associationOfVersion(one).modifiedAt),
    (one.seenOtherwiseAt ?? 0) - clockErrorMs - listLagMs,
  ]);
  return { from: Math.min(until, Math.max(...known, last ? madeAt(last) : 0)), until };
}

/** When an association was deleted, if only its successor was seen and not the deletion. */
export function unseenDeletion(
  version: PresentVersion,
  successor: AssociationVersion,
  { clockErrorMs, listLagMs }: ReadTimes,
): { readonly from: number; readonly until: number } {
  const until = createdAt(successor);
  const seenAt = lastSeenOf(version, successor);
  // An outcome is recorded later than it was seen.
  const readAt = seenAt > version.seenAt || isRead(version) ? seenAt : 0;
  return { from: Math.min(until, Math.max(madeAt(version), readAt - clockErrorMs - listLagMs)), until };
}

/**
 * When a version was last seen, as far as the one after it tells: an operation knows only that its
 * own was not there yet.
 */
export function lastSeenOf({ seenAt }: AssociationVersion, next: AssociationVersion | null): number {
  const seenAgain = next && isRead(next) ? next.seenOtherwiseAt : null;
  return Math.max(seenAt, seenAgain ?? seenAt);
}

export function isPresent(version: AssociationVersion): version is PresentVersion {
  return version.association !== null;
}

export function groupOf(version: AssociationVersion): string {
  return placeOfVersions(associationOfVersion(version));
}

export function madeAt({ association }: PresentVersion): number {
  return Date.parse(association.modifiedAt);
}

export function createdAt(version: AssociationVersion | null): number {
  return version ? Date.parse(associationOfVersion(version).createdAt) : Infinity;
}
