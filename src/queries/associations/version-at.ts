import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationVersion } from '../../ledger/association-version.ts';
import { placeOfVersions, versionPlaceOf } from '../../ledger/stored/version-keys.ts';
import type { AssociationTarget } from '../../model/association.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import type { ReadTimes } from '../../observations/sights.ts';
import { settingDifferences } from '../../operations/terms/differences.ts';
import { createdAt, deletionIn, groupOf, isPresent, madeAt, unseenDeletion } from './deletions.ts';
import {
  beforeTags,
  isOfCreate,
  lastKnownAt,
  tagSpan,
  tagsBeforeRead,
  withoutReadsBefore,
  withTagsBefore,
} from './tag-spans.ts';
import type { PresentVersion, Span } from './tag-spans.ts';

/** A version that was in force at a time, and the one after it. */
export interface VersionAt {
  readonly version: PresentVersion;
  readonly next: AssociationVersion | null;
  /** When it is not certain that it was in force; null if it is certain at that time. */
  readonly uncertain: Span | null;
}

type Reads = Pick<AssociationReads, 'readVersions'>;

/**
 * How many versions one read returns: a deletion, the version before it, and the one before that,
 * seldom more.
 */
const few = 4;

/**
 * The version of a service account that was in force at a time, in milliseconds since the epoch;
 * null if there was none. `docs/decisions/0005-association-state-and-history.md` has the rules. At
 * most seven reads of up to four versions. Throws as `AssociationReads` does.
 */
export async function versionAt(
  stored: Reads,
  target: AssociationTarget,
  asOf: number,
  times: ReadTimes,
): Promise<VersionAt | null> {
  const at = new Date(asOf).toISOString();
  const reads: Reads = {
    readVersions: async (...range) => withoutReadsBefore(await stored.readVersions(...range), times),
  };
  const newest = await stored.readVersions(target, { before: `${at}~` }, few);
  const [last] = newest;
  if (last === undefined) return null;
  const group = groupOf(last);
  const ofGroup = withoutReadsBefore(newest, times).filter((one) => groupOf(one) === group);
  const gone = deletionIn(ofGroup, times);
  if (gone && asOf >= gone.until) return null;

  const present = ofGroup.filter(isPresent);
  const isWhole = present[0] !== undefined && madeAt(present[0]) <= asOf && (present.length > 1 || newest.length < few);
  const made = isWhole ? present : await inGroup(reads, target, group, { before: `${group}${at}~` });
  const { version, other, before } = await runAt(reads, target, made, asOf);
  if (version === undefined) {
    const [first] = await inGroup(reads, target, group, { from: group });
    if (first === undefined) return null;
    // It existed, but with unknown settings.
    return {
      version: first,
      next: null,
      uncertain: { from: Date.parse(first.association.createdAt), until: madeAt(first) },
    };
  }
  const untagged = version.seenAt > asOf ? beforeTags(version) : null;
  const follow = await followingOf(reads, target, version, asOf);
  const following = withoutReadsBefore([version, ...follow], times).filter((one) => one !== version);
  const [next = null] = following;
  const begun = version.seenAt > asOf ? tagsBeforeRead(version, following) : null;
  const first = untagged ?? begun;
  const found = first ? { version: first, next: version } : { version, next };
  const readSuccessor = async () => (await reads.readVersions(target, { from: `${group}~~` }, 1))[0] ?? null;
  if (gone && asOf >= gone.from) {
    const until = Math.min(gone.until, createdAt(await readSuccessor()));
    return { ...found, uncertain: { from: gone.from, until } };
  }
  const isSameGroup = next !== null && groupOf(next) === group;
  const isThereLater = gone !== null || (isSameGroup && isPresent(next) && lastKnownAt(next, times) > asOf);
  const successor = isThereLater ? null : isSameGroup ? await readSuccessor() : next;
  const unseen = successor && unseenDeletion(version, successor, times);
  if (unseen && asOf >= unseen.from) return { ...found, uncertain: unseen };
  const end = gone?.from ?? unseen?.from ?? (next && isPresent(next) ? madeAt(next) : null);
  const isTied = other !== undefined && isTie(version, other);
  if (isTied) return { ...found, uncertain: { from: madeAt(version), until: end } };
  if (untagged && !isFirstChangeOfTags(version, following, times))
    return { ...found, uncertain: { from: madeAt(version), until: version.seenAt + times.clockErrorMs } };
  const later = following.filter(isPresent).filter((one) => groupOf(one) === group);
  const earlier = begun ? [begun, ...before] : before;
  return { ...found, uncertain: spanAt(withTagsBefore([...later.reverse(), version, ...earlier]), asOf, times) };
}

/**
 * When it is not certain which tags there were at a time, by versions, the last one first. Also of
 * others than the next one: a change of tags can have taken effect later than the version after it,
 * or by a clock that is ahead, before the one before it was seen.
 */
function spanAt(versions: readonly PresentVersion[], asOf: number, times: ReadTimes): Span | null {
  const spans = versions.slice(1).map((one, index) => tagSpan(one, versions[index] ?? one, times));
  return spans.find((span) => span && span.from <= asOf && asOf < (span.until ?? Infinity)) ?? null;
}

/** Whether no other change of tags may have come before one: clocks can differ. */
function isFirstChangeOfTags(
  version: PresentVersion,
  following: readonly AssociationVersion[],
  { clockErrorMs }: ReadTimes,
): boolean {
  const isLater = ({ tagsSetBy, seenAt }: AssociationVersion) =>
    tagsSetBy === undefined || seenAt > version.seenAt + clockErrorMs;
  return following.filter((one) => groupOf(one) === groupOf(version)).every(isLater);
}

/** Versions that followed one which was in force at a time, in order. */
async function followingOf(
  reads: Reads,
  target: AssociationTarget,
  version: PresentVersion,
  asOf: number,
): Promise<AssociationVersion[]> {
  const place = placeOfVersions(version.association, version.association.modifiedAt);
  // One of a create is the first of its place, whenever it was seen.
  const from = isOfCreate(version) && version.seenAt > asOf ? place : `${versionPlaceOf(version)}!`;
  const following = await reads.readVersions(target, { from }, few);
  return following.filter((one) => !isOfCreate(one) || groupOf(one) !== groupOf(version));
}

/** What was in force at a time, by the versions that were made by then. */
interface Run {
  /** Undefined: none was. */
  readonly version: PresentVersion | undefined;
  /** One that may have the same `modifiedAt`; undefined: none. */
  readonly other: PresentVersion | undefined;
  /** Those before the version, the last one first. */
  readonly before: readonly PresentVersion[];
}

/**
 * The version in force at a time, from those that were made by then, the last one first. One that
 * differs in tags only, which may not move `modifiedAt`, and an adoption of what was known, count
 * from when they were seen.
 */
async function runAt(
  reads: Reads,
  target: AssociationTarget,
  made: readonly PresentVersion[],
  asOf: number,
): Promise<Run> {
  const [last, other] = made;
  const isCertain = last !== undefined && last.seenAt <= asOf && !isOfCreate(last);
  if (last === undefined || !countsFromSight(last, other) || isCertain) return runOf(createLast(made));
  const place = placeOfVersions(last.association, last.association.modifiedAt);
  const isSame = (one: AssociationVersion): one is PresentVersion =>
    isPresent(one) && placeOfVersions(one.association, one.association.modifiedAt) === place;
  const seen = await reads.readVersions(target, { before: `${place} ${new Date(asOf).toISOString()}~` }, 3);
  const known = createLast(seen.filter(isSame));
  const others = made.filter((one) => !isSame(one));
  // Many of the same time leave no room for those before them.
  const earlier = others.length > 0 ? others : await inGroup(reads, target, groupOf(last), { before: place });
  if (known.length > 1) return runOf([...known, ...earlier]);
  const first = (await reads.readVersions(target, { from: place }, few)).filter(isSame);
  const creates = first.filter(isOfCreate).slice(0, 1);
  const before = creates.length > 0 ? [] : earlier;
  if (known.length > 0) return runOf(known.every(isOfCreate) ? known : [...known, ...creates, ...before]);
  // None of them was seen by then: the one that was seen first.
  const [version, following] = creates.length > 0 ? creates : first;
  return { version, other: following, before };
}

function runOf([version, ...before]: readonly PresentVersion[]): Run {
  return { version, other: before[0], before };
}

/** Versions of one place, the last one first: that of a create was the first, whenever it was seen. */
function createLast(versions: readonly PresentVersion[]): PresentVersion[] {
  return [...versions.filter((one) => !isOfCreate(one)), ...versions.filter(isOfCreate)];
}

function countsFromSight(version: PresentVersion, other: PresentVersion | undefined): boolean {
  if (other?.association.modifiedAt !== version.association.modifiedAt) return false;
  return version.origin === 'ADOPTED' || hasSameSettings(version, other);
}

/**
 * Whether it is unknown which of two versions came last: both are outcomes of operations, and no
 * read has shown one since.
 */
function isTie(version: PresentVersion, other: PresentVersion): boolean {
  const isOutcome = ({ origin, operationId, isRead }: AssociationVersion) =>
    origin === 'OPERATION' && operationId !== null && isRead !== true;
  return (
    version.association.modifiedAt === other.association.modifiedAt &&
    isOutcome(version) &&
    isOutcome(other) &&
    !hasSameSettings(version, other)
  );
}

function hasSameSettings(one: PresentVersion, other: PresentVersion): boolean {
  return settingDifferences(settingsOf(one.association), other.association).length === 0;
}

async function inGroup(
  reads: Reads,
  target: AssociationTarget,
  group: string,
  range: Parameters<Reads['readVersions']>[1],
): Promise<PresentVersion[]> {
  const versions = await reads.readVersions(target, range, few);
  return versions.filter((one) => isPresent(one) && groupOf(one) === group) as PresentVersion[];
}
