import type { OpenOperation } from '../association-state.ts';
import type { StateChange, StateSummary } from '../state-store.ts';
import type { LatestVersion } from '../association-version.ts';
import type { CommittedChange } from './state-change.ts';
import type { StateRepair } from '../state-repair.ts';

/** The association that a change names, and whether it is there; null if it names none. */
export function presenceIn({
  confirmed,
  observed,
}: StateChange): Pick<StateSummary, 'isPresent' | 'associationId'> | null {
  if (confirmed) return { isPresent: !confirmed.isDeleted, associationId: confirmed.association.associationId };
  const sight = observed?.sight;
  return sight ? { isPresent: !sight.isGone, associationId: sight.associationId } : null;
}

/**
 * What the state keeps of a version that is added to the history; null if none is, or a later one
 * is known.
 */
export function latestIn({ version, isLate }: StateChange): LatestVersion | null {
  return version && isLate !== true
    ? { origin: version.origin, seenAt: version.seenAt, seenOtherwiseAt: version.seenOtherwiseAt }
    : null;
}

/**
 * The changes to try for a commit, in order: if the state does not permit one, the next. A version
 * is added to the history in any case, since its place does not depend on when it is recorded. The
 * last of an outcome that demands nothing is none.
 */
export function alternativesOf(change: CommittedChange | null): (CommittedChange | null)[] {
  if (change === null) return [null];
  return alternatives(change).flatMap(withAndWithoutTags);
}

/** An adoption or update is recorded in any case; known tags that its reads may not show stay. */
function withAndWithoutTags(change: CommittedChange | null): (CommittedChange | null)[] {
  if (change?.tagsReadFrom === undefined) return [change];
  const { tags: _, tagsReadFrom: __, ...without } = change;
  return change.confirmed ? [change, without] : [without];
}

function alternatives(change: CommittedChange): (CommittedChange | null)[] {
  if (change.demand !== null) return [change];
  const { confirmed, tie, ...rest } = change;
  const unconfirmed = rest.version ? { ...rest, isLate: true } : rest;
  const { expiry: _, expiryOf, ...without } = unconfirmed;
  const kept = expiryOf === undefined ? without : unconfirmed;
  return [
    change,
    ...(change.version ? [{ ...change, isLate: true }] : []),
    ...(tie ? [tiedChange(kept, tie)] : []),
    ...(confirmed && expiryOf !== undefined ? [unconfirmed] : []),
    ...(confirmed || expiryOf !== undefined ? [without] : []),
    ...(change.begins ? [] : [null]),
  ];
}

/**
 * An outcome of the same `modifiedAt` as the confirmed one: a scan finds out which of them was the
 * last, and neither is drift.
 */
function tiedChange(change: CommittedChange, tie: OpenOperation): CommittedChange {
  const isOther = (operationId: string) => operationId !== tie.operationId;
  return {
    ...change,
    ...(tie.saw ? { tiedTo: tie.saw } : {}),
    openOperations: [...change.openOperations.filter((one) => isOther(one.operationId)), tie],
    endedOperationIds: change.endedOperationIds.filter(isOther),
  };
}

/** The changes to try for a repair, in order, as those of an outcome. */
export function alternativesOfRepair({ change }: Pick<StateRepair, 'change'>): StateChange[] {
  return alternativesOf({ ...change, begins: true, demand: null, ownRecord: null }).filter((one) => one !== null);
}

/** The key that must be in progress for a repair; null: any. */
export function demandedKey({ recordKey, change }: Pick<StateRepair, 'recordKey' | 'change'>): string | null {
  return change.begunRecord === undefined ? recordKey : null;
}
