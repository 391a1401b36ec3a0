import { isDeepStrictEqual } from 'node:util';
import type { AssociationState } from '../ledger/association-state.ts';
import type { Association } from '../model/association.ts';
import type { Reading } from './judge.ts';
import type { ReadTimes } from './sights.ts';

/**
 * Whether a read may show tags that are older than those that are known. Nothing at EKS orders
 * tags: they change without `modifiedAt`. So other tags count only if the read began when every
 * read shows what was written last, by an operation or a scan, and nothing was written since.
 */
export function mayHaveOlderTags(
  { state, readAt, knownRevision }: Pick<Reading, 'state' | 'readAt' | 'knownRevision'>,
  association: Association,
  times: ReadTimes,
): boolean {
  if (state === null || !hasOtherTags(state, association) || isSeenAgain(state, association)) return false;
  return state.revision !== knownRevision || readAt <= tagsShownFrom(state, readAt, times);
}

/** Whether the last write of a state is a scan that saw this version with the same tags. */
function isSeenAgain(
  { revision, observed }: AssociationState,
  { associationId, modifiedAt, tags }: Association,
): boolean {
  const seen = observed?.revision === revision ? observed.association : null;
  return seen?.associationId === associationId && seen.modifiedAt === modifiedAt && isDeepStrictEqual(seen.tags, tags);
}

/** Whether other tags are known of the same version. */
function hasOtherTags({ confirmed, observed }: AssociationState, association: Association): boolean {
  const known = [confirmed?.association ?? null, observed?.association ?? null];
  return known.some(
    (one) =>
      one?.associationId === association.associationId &&
      one.modifiedAt === association.modifiedAt &&
      !isDeepStrictEqual(one.tags, association.tags),
  );
}

/**
 * A read that begins at or before this may show older tags than those that are known. Times that no
 * permitted clock can have shown before the read hide nothing.
 */
function tagsShownFrom(
  { changedAt, observed }: AssociationState,
  readAt: number,
  { listLagMs, clockErrorMs }: ReadTimes,
): number {
  const writtenAt = [changedAt ?? 0, observed?.at ?? 0].filter((at) => at <= readAt + clockErrorMs);
  return Math.max(...writtenAt, 0) + listLagMs + clockErrorMs;
}
