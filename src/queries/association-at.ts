import { isFromOutside, lastSeenAt } from '../ledger/association-history.ts';
import type { AssociationReads } from '../ledger/association-history.ts';
import type { AssociationState, AssociationVersion, VersionOrigin } from '../ledger/association-state.ts';
import type { Association, AssociationTarget } from '../model/association.ts';

/** An association, and what is known of how long it was so. Times are milliseconds since the epoch. */
export interface SeenAssociation {
  readonly association: Association;
  readonly origin: VersionOrigin;
  readonly operationId: string | null;
  /** The declaration whose operation made or adopted it; null without one, and of a state that others made. */
  readonly declaration: string | null;
  readonly seenOtherwiseBefore: number | null;
  readonly firstSeenAt: number;
  readonly observedAt: number;
  readonly seenOtherwiseAfter: number | null;
}

/**
 * The association of a service account as it was seen last, or as of a time; null if none was seen then. A version counts from its `modifiedAt` on,
 * which can be before it was first seen. Throws as `AssociationReads` does.
 */
export async function associationAt(
  reads: Pick<AssociationReads, 'versionsAround'>,
  target: AssociationTarget,
  state: AssociationState,
  asOf: number | null,
): Promise<SeenAssociation | null> {
  const latest = latestOf(state);
  const since = startOf(state);
  if (asOf === null || since === null || since <= asOf) return latest;
  const { last, next } = await reads.versionsAround(target, asOf);
  if (next && isMadeBefore(next, last, asOf))
    return next.seenAt === state.latest?.seenAt ? latest : versionAt(next, null);
  return last && versionAt(last, next);
}

/** From when on a state shows what {@link latestOf} returns; null if it shows no version. Milliseconds since the epoch. */
function startOf(state: AssociationState): number | null {
  const ahead = aheadOf(state);
  return ahead ? Date.parse(ahead.modifiedAt) : (state.latest?.seenAt ?? null);
}

/**
 * Whether a version that was first seen after a time was made before it: `modifiedAt` is the time of a change, except of one of tags only. An adoption
 * counts from when it was recorded.
 */
function isMadeBefore(
  { association, origin }: AssociationVersion,
  before: AssociationVersion | null,
  asOf: number,
): boolean {
  if (origin === 'ADOPTED' || association === null || before?.association?.modifiedAt === association.modifiedAt)
    return false;
  return Date.parse(association.modifiedAt) <= asOf;
}

function versionAt(version: AssociationVersion, next: AssociationVersion | null): SeenAssociation | null {
  const { association, origin, operationId, declaration, seenAt, seenOtherwiseAt } = version;
  if (association === null || origin === null) return null;
  // Only a scan knows when the version before was last seen. An operation knows that its own was not there yet.
  const seenAgain = next?.operationId === null ? next.seenOtherwiseAt : null;
  return {
    association,
    origin,
    operationId,
    declaration,
    seenOtherwiseBefore: seenOtherwiseAt,
    firstSeenAt: seenAt,
    observedAt: Math.max(seenAt, seenAgain ?? seenAt),
    seenOtherwiseAfter: next?.seenAt ?? null,
  };
}

/** The effect of an operation that a scan saw before the outcome was recorded; null if there is none. */
function aheadOf({ confirmed, observed }: AssociationState): Association | null {
  const seen = observed?.association ?? null;
  if (observed?.origin !== 'OPERATION' || seen === null) return null;
  return confirmed === null || seen.modifiedAt > confirmed.association.modifiedAt ? seen : null;
}

/** The association that a state shows; null if it shows none. */
function latestOf(state: AssociationState): SeenAssociation | null {
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
    };
  }
  if (!latest?.origin) return null;
  const isOutside = isFromOutside(latest);
  const association = isOutside ? observed?.association : confirmed?.association;
  if (!association) return null;
  return {
    association,
    origin: latest.origin,
    operationId: isOutside ? null : (confirmed?.operationId ?? null),
    declaration: isOutside ? null : (confirmed?.declaration ?? null),
    seenOtherwiseBefore: latest.seenOtherwiseAt,
    firstSeenAt: latest.seenAt,
    observedAt: lastSeenAt(state) ?? latest.seenAt,
    seenOtherwiseAfter: null,
  };
}
