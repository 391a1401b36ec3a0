import { hasTrait } from '../model/operation.ts';
import { endingIn, keepsEnding } from './ending-change.ts';
import type {
  AssociationState,
  ConfirmedAssociation,
  OpenOperation,
  Sight,
  StateChange,
  StateSummary,
} from './association-state.ts';
import type { LatestVersion } from './association-version.ts';
import type { CommittedChange } from './state-change.ts';
import type { StateRepair } from './state-repair.ts';

/**
 * Whether an outcome replaces what is confirmed: only if its association is a later one. What is
 * deleted stays deleted, and a delete does not replace a later association. An adoption replaces
 * the same version too, whose tags others may have changed. DynamoDB has the same condition in
 * `dynamodb-association-state.ts`.
 */
function isReplacedBy(confirmed: ConfirmedAssociation | null, by: ConfirmedAssociation): boolean {
  if (confirmed === null) return true;
  const isSame = confirmed.association.associationId === by.association.associationId;
  if (by.isDeleted) return isSame || confirmed.association.modifiedAt <= by.association.modifiedAt;
  if (isSame && confirmed.isDeleted) return false;
  const { modifiedAt } = confirmed.association;
  return hasTrait('sendsChange', by) ? modifiedAt < by.association.modifiedAt : modifiedAt <= by.association.modifiedAt;
}

/**
 * Whether a confirmed association is the latest version after what scans saw last: not where that
 * is a later version, or that this one is gone. DynamoDB has the same condition in
 * `dynamodb-state-condition.ts`.
 */
function isAddedAfter(sight: Sight | null, { association, isDeleted }: ConfirmedAssociation): boolean {
  if (sight === null || sight.modifiedAt < association.modifiedAt) return true;
  return sight.modifiedAt === association.modifiedAt && (isDeleted || !sight.isGone);
}

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
 * The state after a change: what the SQLite store writes, and what the item in DynamoDB then holds.
 */
export function stateAfter(state: AssociationState | null, change: StateChange): AssociationState {
  const {
    target,
    openOperations: added,
    endedOperationIds,
    changedAt,
    confirmed,
    observed,
    isChange,
    uncertainTime,
  } = change;
  const removed = new Set([...endedOperationIds, ...added.map(({ operationId }) => operationId)]);
  const kept = (state?.openOperations ?? []).filter(({ operationId }) => !removed.has(operationId));
  const { ending: _, ...stored } = state ?? {};
  return {
    ...stored,
    target,
    revision: (state?.revision ?? 0) + 1,
    changes: (state?.changes ?? 0) + (isChange ? 1 : 0),
    changedAt: changedAt ?? state?.changedAt ?? null,
    confirmed: confirmed ?? state?.confirmed ?? null,
    observed: observed ?? state?.observed ?? null,
    latest: latestIn(change) ?? state?.latest ?? null,
    ...endingIn(state, change),
    ...(uncertainTime ? { uncertainTimes: [...(state?.uncertainTimes ?? []), uncertainTime] } : {}),
    openOperations: [...kept, ...added].sort((one, other) => (one.operationId < other.operationId ? -1 : 1)),
    recordsInProgress: recordsAfter(state, change),
  };
}

function recordsAfter(state: AssociationState | null, { begunRecord, endedRecord }: StateChange): readonly string[] {
  const before = state?.recordsInProgress ?? [];
  if (begunRecord !== undefined) return [...new Set([...before, begunRecord])].sort();
  return before.filter((key) => key !== endedRecord);
}

/**
 * The changes to try for a commit, in order: if the state does not permit one, the next. A version
 * is added to the history in any case, since its place does not depend on when it is recorded. The
 * last of an outcome that demands nothing is none.
 */
export function alternativesOf(change: CommittedChange | null): (CommittedChange | null)[] {
  if (change === null) return [null];
  if (change.demand !== null) return [change];
  const { confirmed, tie, ...rest } = change;
  const unconfirmed = rest.version ? { ...rest, isLate: true } : rest;
  const { ending: _, endingOf, ...without } = unconfirmed;
  const kept = endingOf === undefined ? without : unconfirmed;
  return [
    change,
    ...(change.version ? [{ ...change, isLate: true }] : []),
    ...(tie ? [tiedChange(kept, tie)] : []),
    ...(confirmed && endingOf !== undefined ? [unconfirmed] : []),
    ...(confirmed || endingOf !== undefined ? [without] : []),
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

/**
 * Whether a state permits one of the alternatives. DynamoDB has the same conditions in
 * `dynamodb-state-condition.ts`.
 */
export function isPermitted(
  state: AssociationState | null,
  change: StateChange & Partial<Pick<CommittedChange, 'demand'>>,
): boolean {
  const { confirmed, version, isLate, tiedTo, endingOf } = change;
  if (change.demand) return true;
  const stored = state?.confirmed ?? null;
  if (tiedTo) return stored !== null && isSight(stored, tiedTo);
  if (confirmed === undefined) return endingOf === undefined || keepsEnding(stored, change);
  if (!isReplacedBy(stored, confirmed)) return false;
  return !version || isLate === true || isAddedAfter(state?.observed?.sight ?? null, confirmed);
}

function isSight({ association, isDeleted }: ConfirmedAssociation, sight: Sight): boolean {
  const { associationId, modifiedAt } = association;
  return !isDeleted && associationId === sight.associationId && modifiedAt === sight.modifiedAt;
}

/** The changes to try for a repair, in order, as those of an outcome. */
export function alternativesOfRepair({ change }: Pick<StateRepair, 'change'>): StateChange[] {
  return alternativesOf({ ...change, begins: true, demand: null, ownRecord: null }).filter((one) => one !== null);
}

/** The key that must be in progress for a repair; null: any. */
export function demandedKey({ recordKey, change }: Pick<StateRepair, 'recordKey' | 'change'>): string | null {
  return change.begunRecord === undefined ? recordKey : null;
}
