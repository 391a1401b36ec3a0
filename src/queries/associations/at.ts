import {
  isFromOutside,
  lastReadAt,
  lastSeenAt,
  latestAssociation,
  tiedOperation,
} from '../../ledger/association-history.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationState, UncertainTime } from '../../ledger/association-state.ts';
import type { LatestVersion, VersionOrigin } from '../../ledger/association-version.ts';
import type { Association, AssociationTarget } from '../../model/association.ts';
import { hasTrait } from '../../model/operation.ts';
import type { ReadTimes } from '../../observations/sights.ts';
import { openTagSpans } from './tag-spans.ts';
import type { Span } from './tag-spans.ts';
import { lastSeenOf } from './deletions.ts';
import { versionAt } from './version-at.ts';
import type { VersionAt } from './version-at.ts';

/**
 * An association, and what is known of how long it was so. Times are milliseconds since the epoch.
 */
export interface SeenAssociation {
  readonly association: Association;
  readonly origin: VersionOrigin;
  readonly operationId: string | null;
  /**
   * The declaration whose operation made or adopted it; null without one, and of a state that
   * others made.
   */
  readonly declaration: string | null;
  readonly seenOtherwiseBefore: number | null;
  readonly firstSeenAt: number;
  readonly observedAt: number;
  readonly seenOtherwiseAfter: number | null;
  /**
   * When it is not certain that it was in force, with the time that was asked about in between;
   * null if that is certain, and of the latest.
   */
  readonly uncertain: Span | null;
}

/**
 * The association of a service account as of a time, in milliseconds since the epoch; null if there
 * was none then. Throws as `AssociationReads` does.
 */
export async function associationAt(
  reads: Pick<AssociationReads, 'readVersions'>,
  target: AssociationTarget,
  state: AssociationState,
  asOf: number,
  times: ReadTimes,
): Promise<SeenAssociation | null> {
  const found = isLatestAt(state, asOf, times)
    ? latestSeen(state)
    : seenAt(await versionAt(reads, target, asOf, times), asOf);
  if (found === null) return null;
  const { associationId, modifiedAt } = found.association;
  const spans = (state.uncertainTimes ?? [])
    .filter((one) => one.associationId === associationId)
    .map((one) => spanOf(one, Date.parse(modifiedAt), times))
    .concat(openTagSpans(state, found.association, times))
    .filter(({ from, until }) => from <= asOf && (until === null || asOf < until));
  return { ...found, uncertain: unionOf([...spans, ...(found.uncertain ? [found.uncertain] : [])]) };
}

/** Whether a state shows what was in force at a time, for certain. */
function isLatestAt(state: AssociationState, asOf: number, { clockErrorMs }: ReadTimes): boolean {
  const { latest } = state;
  const ahead = aheadOf(state);
  if (ahead) return Date.parse(ahead.modifiedAt) <= asOf;
  if (latest === null) return false;
  if (latest.origin === null) return latest.seenAt + clockErrorMs <= asOf;
  const association = latestAssociation(state);
  if (association === null || tiedOperation(state) || isOnlyConfirmed(state, latest)) return false;
  // Until the clocks agree, what was seen may be otherwise than what the version before has of tags.
  const seenAt = Math.max(latest.seenAt, tagsSeenAt(state)) + clockErrorMs;
  return Math.max(seenAt, Date.parse(association.modifiedAt)) <= asOf;
}

/** When the tags of the latest association were left by a change of tags; 0: none left them. */
function tagsSeenAt({ tags }: AssociationState): number {
  return tags?.at ?? 0;
}

/**
 * Whether an update left what no scan has read since: also what others had changed before it, which
 * only its version has.
 */
function isOnlyConfirmed(state: AssociationState, latest: LatestVersion): boolean {
  const isOfUpdate = state.confirmed !== null && hasTrait('updates', state.confirmed) && !isFromOutside(latest);
  return isOfUpdate && (lastReadAt(state) ?? 0) <= latest.seenAt;
}

/** When an update may have been in force, from when on a version was. */
function spanOf({ startedAt, modifiedAt, closedAt }: UncertainTime, madeAt: number, { clockErrorMs }: ReadTimes): Span {
  const until = modifiedAt === null ? closedAt + clockErrorMs : Date.parse(modifiedAt);
  return { from: Math.max(madeAt, startedAt - clockErrorMs), until };
}

/** Spans that have a time in common, as one; null: none. */
function unionOf(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return null;
  const ends = spans.map(({ until }) => until ?? Infinity);
  const until = Math.max(...ends);
  return { from: Math.min(...spans.map(({ from }) => from)), until: until === Infinity ? null : until };
}

function seenAt(at: VersionAt | null, asOf: number): SeenAssociation | null {
  if (at === null) return null;
  const { version, next, uncertain } = at;
  const { association, origin, operationId, declaration, seenAt: firstSeenAt, seenOtherwiseAt } = version;
  if (origin === null) return null;
  const observedAt = lastSeenOf(version, next);
  // Others had made what was adopted later.
  const isAdoptedLater = origin === 'ADOPTED' && firstSeenAt > asOf;
  return {
    association,
    ...(isAdoptedLater ? ofOthers(association) : { origin, operationId, declaration }),
    seenOtherwiseBefore: seenOtherwiseAt,
    firstSeenAt,
    observedAt,
    seenOtherwiseAfter: next && Math.max(next.seenAt, observedAt),
    uncertain,
  };
}

function ofOthers({ ownerArn }: Association) {
  return { origin: ownerArn === null ? 'OUTSIDE' : 'ADD_ON', operationId: null, declaration: null } as const;
}

/**
 * The effect of an operation that a scan saw before the outcome was recorded; null if there is
 * none.
 */
function aheadOf({ confirmed, observed }: AssociationState): Association | null {
  const seen = observed?.association ?? null;
  if (observed?.origin !== 'OPERATION' || seen === null) return null;
  return confirmed === null || seen.modifiedAt > confirmed.association.modifiedAt ? seen : null;
}

/** The association of a service account as it was seen last; null if none was. */
export function latestSeen(state: AssociationState): SeenAssociation | null {
  const { latest, confirmed, observed } = state;
  const ahead = aheadOf(state);
  if (ahead && observed) {
    const times = { seenOtherwiseBefore: lastSeenAt(state), firstSeenAt: observed.at, observedAt: observed.at };
    return {
      association: ahead,
      origin: 'OPERATION',
      operationId: null,
      declaration: null,
      ...times,
      seenOtherwiseAfter: null,
      uncertain: null,
    };
  }
  const association = latestAssociation(state);
  if (!latest?.origin || !association) return null;
  const isOutside = isFromOutside(latest);
  return {
    association,
    origin: latest.origin,
    operationId: isOutside ? null : (confirmed?.operationId ?? null),
    declaration: isOutside ? null : (confirmed?.declaration ?? null),
    seenOtherwiseBefore: latest.seenOtherwiseAt,
    firstSeenAt: Math.max(latest.seenAt, tagsSeenAt(state)),
    observedAt: Math.max(lastSeenAt(state) ?? latest.seenAt, tagsSeenAt(state)),
    seenOtherwiseAfter: null,
    uncertain: null,
  };
}
