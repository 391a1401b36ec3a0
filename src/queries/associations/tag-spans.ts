import { isDeepStrictEqual } from 'node:util';
import { decodeTime } from 'ulid';
import { isFromOutside } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import type { AssociationVersion } from '../../ledger/association-version.ts';
import type { Association } from '../../model/association.ts';
import { operationIdOf } from '../../model/association.ts';
import { operationsOn } from '../../observations/explained.ts';
import type { ReadTimes } from '../../observations/sights.ts';

/**
 * Times between which something is not certain, in milliseconds since the epoch. `until` is null if
 * it is not over.
 */
export interface Span {
  readonly from: number;
  readonly until: number | null;
}

/** A version that says that there is an association. */
export type PresentVersion = AssociationVersion & { readonly association: Association };

/**
 * When it is not certain which tags an association had, from two versions of it that follow each
 * other; null: they have the same. Tags change without `modifiedAt`: from when the first ones were
 * known last until the others were seen.
 */
export function tagSpan(one: PresentVersion, next: PresentVersion, times: ReadTimes): Span | null {
  if (isDeepStrictEqual(one.association.tags, next.association.tags)) return null;
  const until = next.seenAt + times.clockErrorMs;
  // The change of the first one may have taken effect after the next version was made.
  const isLate =
    one.tagsSetBy !== undefined && one.seenAt + times.clockErrorMs > Date.parse(next.association.modifiedAt);
  if (isLate && one.association.modifiedAt < next.association.modifiedAt && !isRead(next))
    return { from: tagsKnownUntil(one, next, times), until: null };
  return { from: Math.min(until, tagsKnownUntil(one, next, times)), until };
}

function tagsKnownUntil(one: PresentVersion, next: PresentVersion, { listLagMs, clockErrorMs }: ReadTimes): number {
  const { tagsBefore, seenOtherwiseAt } = next;
  const until = [lastKnownAt(one, { listLagMs, clockErrorMs })];
  if (seenOtherwiseAt !== null) {
    // A change of tags began with these, or a scan had read them again.
    if (tagsBefore && isDeepStrictEqual(tagsBefore, one.association.tags)) until.push(seenOtherwiseAt - clockErrorMs);
    if (isRead(next) && seenOtherwiseAt > one.seenAt) until.push(seenOtherwiseAt - listLagMs - clockErrorMs);
  }
  return Math.max(...until);
}

/** When the tags of a version were known last, by what it says itself. */
export function lastKnownAt(
  version: PresentVersion,
  { listLagMs, clockErrorMs }: Pick<ReadTimes, 'listLagMs' | 'clockErrorMs'>,
) {
  const { association, seenAt, seenOtherwiseAt, tagsSetBy, origin } = version;
  const madeAt = Date.parse(association.modifiedAt);
  const lag = listLagMs + clockErrorMs;
  if (tagsSetBy !== undefined) return Math.max(madeAt, (seenOtherwiseAt ?? 0) - clockErrorMs);
  if (isRead(version)) return Math.max(madeAt, seenAt - lag);
  // What an adoption read, it read after it began.
  return origin === 'ADOPTED' ? Math.max(madeAt, (seenOtherwiseAt ?? 0) - lag) : madeAt;
}

/** What a change of tags began with, where no earlier version is known; null for other versions. */
export function beforeTags({ tagsSetBy, tagsBefore, ...version }: PresentVersion): PresentVersion | null {
  if (tagsSetBy === undefined || tagsBefore === undefined) return null;
  // They were read when the change began.
  const seenAt = version.seenOtherwiseAt ?? version.seenAt;
  const association = { ...version.association, tags: tagsBefore };
  return { ...version, seenAt, seenOtherwiseAt: null, isRead: true, association };
}

/**
 * What a change of tags began with before a scan first read the version, although its outcome was
 * recorded after that; null: none did.
 *
 * @param following the versions after it, in order
 */
export function tagsBeforeRead(
  version: PresentVersion,
  following: readonly AssociationVersion[],
): PresentVersion | null {
  const { associationId, modifiedAt } = version.association;
  const isOfVersion = ({ association }: PresentVersion) =>
    association.associationId === associationId && association.modifiedAt === modifiedAt;
  const change = following.find(
    (one): one is PresentVersion => one.association !== null && one.tagsSetBy !== undefined,
  );
  const began = change && isRead(version) && isOfVersion(change) ? beforeTags(change) : null;
  return began && began.seenAt < version.seenAt ? began : null;
}

/**
 * Versions, the last one first, with what changes of tags began with where no version before them has
 * these tags: others had changed them.
 */
export function withTagsBefore(versions: readonly PresentVersion[]): PresentVersion[] {
  return versions.flatMap((one, index) => {
    const began = beforeTags(one);
    const previous = versions[index + 1];
    // A repeated request may have read what it had set itself.
    const isKnown = previous !== undefined && (hasSameTags(began ?? one, previous) || hasSameTags(began ?? one, one));
    return began && !isKnown ? [one, began] : [one];
  });
}

function hasSameTags({ association: one }: PresentVersion, { association: other }: PresentVersion): boolean {
  return isDeepStrictEqual(one.tags, other.tags);
}

/**
 * Versions without those that a scan or an adoption read before a change of tags which they are
 * placed after, as clocks differ: the change has the tags that it began with. A scan that knew the
 * change would not have decided so soon after it, and an adoption can't tell so soon.
 */
export function withoutReadsBefore(
  versions: readonly AssociationVersion[],
  { listLagMs, clockErrorMs }: ReadTimes,
): AssociationVersion[] {
  const isBefore = ({ association, seenAt }: AssociationVersion, change: AssociationVersion) =>
    association?.associationId === change.association?.associationId &&
    association?.modifiedAt === change.association?.modifiedAt &&
    isDeepStrictEqual(association?.tags, change.tagsBefore) &&
    change.seenAt <= seenAt &&
    seenAt <= change.seenAt + listLagMs + clockErrorMs;
  const isSight = (one: AssociationVersion) => isFromOutside(one) || one.origin === 'ADOPTED';
  return versions.filter(
    (one) => !isSight(one) || one.tagsSetBy !== undefined || !versions.some((other) => isBefore(one, other)),
  );
}

/** Whether a scan read a version, and no outcome says what it is. */
export function isRead(version: AssociationVersion): boolean {
  if (version.tagsSetBy !== undefined) return false;
  return isFromOutside(version) || version.operationId === null || version.isRead === true;
}

/** When changes of tags of an association in progress may have taken effect: from their start on. */
export function openTagSpans(
  state: AssociationState,
  association: Pick<Association, 'associationId'>,
  { clockErrorMs }: ReadTimes,
): Span[] {
  return operationsOn(state, association)
    .filter(({ tags, closedAt }) => tags !== undefined && closedAt === null)
    .map(({ operationId }) => ({ from: decodeTime(operationId) - clockErrorMs, until: null }));
}

/**
 * Whether a version is of the create that made its association. Its outcome may be recorded after
 * others changed the tags: whenever it was seen, it is the first one.
 */
export function isOfCreate({
  association,
  operationId,
  origin,
  tagsSetBy,
  isRead: isSeen,
}: AssociationVersion): boolean {
  return (
    association !== null &&
    association.modifiedAt === association.createdAt &&
    origin === 'OPERATION' &&
    tagsSetBy === undefined &&
    isSeen !== true &&
    operationId === operationIdOf(association)
  );
}
