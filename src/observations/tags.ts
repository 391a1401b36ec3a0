import { isDeepStrictEqual } from 'node:util';
import type { AssociationState, KnownTags, OpenOperation } from '../ledger/association-state.ts';
import type { Association } from '../model/association.ts';
import type { ReadTimes } from './sights.ts';

/** What is known of a read of tags. */
interface TagReading {
  readonly state: AssociationState | null;
  /** The revision of the state before the read; when it began, in milliseconds since the epoch. */
  readonly knownRevision: number;
  readonly readAt: number;
}

/**
 * Whether a read may show tags that are older than those that are known. Nothing at EKS orders
 * tags: they change without `modifiedAt`. So other tags count only if the read began when every
 * read shows what was written last, by an operation or a scan, and nothing was written since.
 */
export function mayHaveOlderTags(
  { state, readAt, knownRevision }: TagReading,
  association: Association,
  times: ReadTimes,
): boolean {
  if (state === null || !hasOtherTags(state, association) || isSeenAgain(state, association)) return false;
  return state.revision !== knownRevision || readAt <= tagsShownFrom(state, readAt, times);
}

/**
 * The tags that are known once a scan has read what changes of tags left that can no longer act: no
 * outcome says which of the two values it was. Undefined: none of these explains the association.
 */
export function tagsLeftBy(
  explaining: readonly OpenOperation[],
  { associationId, tags }: Association,
  at: number,
  { listLagMs, clockErrorMs }: ReadTimes,
): KnownTags | undefined {
  const last = explaining.findLast((one) => one.tags !== undefined);
  return last && { associationId, tags, setBy: last.operationId, at, shownFrom: at + listLagMs + clockErrorMs };
}

/** Whether the last write of a state is a scan that saw this version with the same tags. */
function isSeenAgain(
  { revision, observed }: AssociationState,
  { associationId, modifiedAt, tags }: Association,
): boolean {
  const seen = observed?.revision === revision ? observed.association : null;
  return seen?.associationId === associationId && seen.modifiedAt === modifiedAt && isDeepStrictEqual(seen.tags, tags);
}

/** Whether other tags are known, of the same version or by the last change of tags. */
function hasOtherTags({ confirmed, observed, tags }: AssociationState, association: Association): boolean {
  // Also of an earlier version: a read can show one without the other.
  const isOfIt = tags?.associationId === association.associationId;
  if (isOfIt && !isDeepStrictEqual(tags.tags, association.tags)) return true;
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
  { changedAt, observed, tags }: AssociationState,
  readAt: number,
  { listLagMs, clockErrorMs }: ReadTimes,
): number {
  const writtenAt = [changedAt ?? 0, observed?.at ?? 0].filter((at) => at <= readAt + clockErrorMs);
  return Math.max(Math.max(...writtenAt, 0) + listLagMs + clockErrorMs, tags?.shownFrom ?? 0);
}
