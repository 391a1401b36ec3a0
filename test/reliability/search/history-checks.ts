import type { AssociationVersion } from '../../../src/ledger/association-version.ts';
import type { SeenAssociation } from '../../../src/queries/associations/at.ts';
import type { Applied } from './eks-behaviour.ts';
import { times } from './home.ts';
import type { World } from './observation-checks.ts';
import { areSameTags } from './tag-history.ts';

/*
 * The rules for the history: it is judged against the log of what EKS applied, whose times are EKS's own. Only what is documented as not certain is forgiven.
 */

/** The history has versions that EKS had, in the order in which EKS had them, and names who made them. */
export function historyViolations(world: World, history: readonly AssociationVersion[]): string[] {
  const violations: string[] = [];
  let newest = -1;
  for (const { association, deleted, origin, operationId, tagsSetBy, seenAt } of history) {
    const change = association ? world.versionOf(association) : deleted && world.deletionOf(deleted.associationId);
    const what = association
      ? `${association.associationId} of ${association.modifiedAt}`
      : `the end of ${deleted?.associationId}`;
    if (!change || (association && change.association.roleArn !== association.roleArn)) {
      violations.push(`the history has ${what}, which EKS never had`);
      continue;
    }
    const at = world.changes().indexOf(change);
    if (at < newest) violations.push(`the history has ${what} after a later version`);
    newest = Math.max(at, newest);
    if (association === null) continue;
    const isForeign = change.operationId === null;
    // A change of tags leaves who made the version: also others who had set its tags.
    const isTagged = tagsSetBy
      ? world.tags.didOthersChange(association.associationId, 0, seenAt + times.clockErrorMs)
      : world.tags.wereSetByOthers(association.associationId, association.tags);
    if (origin === 'OUTSIDE' && !isForeign && !change.isTooLate && !isTagged)
      violations.push(`the history has ${what} as made outside, but ${change.operationId} made it`);
    // Nothing at EKS tells which of two equal updates was applied, nor of two creates without the tag.
    const isMaker = operationId === change.operationId || world.isRequested(change, operationId ?? '');
    if (origin === 'OPERATION' && !isForeign && !isMaker)
      violations.push(`the history has ${what} as made by ${operationId}, but ${change.operationId} made it`);
  }
  return violations;
}

/** Times around every change of EKS and every version, at which the history is asked. */
export function timesToAsk(world: World, history: readonly AssociationVersion[]): number[] {
  const changed = world.changes().map(({ modifiedAt }) => modifiedAt);
  const between = changed.map((at, index) => Math.floor((at + (changed[index + 1] ?? at + 100_000)) / 2));
  const seen = history.map(({ seenAt }) => seenAt);
  return [...new Set([...changed, ...between, ...seen].flatMap((at) => [at - 1, at]))].sort(
    (one, other) => one - other,
  );
}

/** The answer as of a time is what EKS had then, or says that it is not certain, for a reason that is documented. */
export function asOfViolations(
  world: World,
  history: readonly AssociationVersion[],
  at: number,
  seen: SeenAssociation | null,
): string[] {
  const last = world.changes().findLast(({ modifiedAt }) => modifiedAt <= at);
  const truth = last && last.kind !== 'delete' ? last : null;
  const said = seen ? `${seen.association.associationId} with ${seen.association.roleArn}` : 'nothing';
  const had = truth ? `${truth.association.associationId} with ${truth.association.roleArn}` : 'nothing';
  if (seen?.uncertain) {
    const isDocumented = reasonsFor(world, history, at, seen).some(Boolean);
    return isDocumented ? [] : [`as of ${at}, the history is not certain of ${said}, for no reason: EKS had ${had}`];
  }
  if (said === had && seen) return tagViolations(world, history, at, seen);
  if (said === had || (last && isUnseen(world, history, last))) return [];
  return [`as of ${at}, the history has ${said}, but EKS had ${had}`];
}

/** Tags count as settings do, but for those that nothing showed. */
function tagViolations(
  world: World,
  history: readonly AssociationVersion[],
  at: number,
  { association: { associationId, tags } }: SeenAssociation,
): string[] {
  const had = world.tags.tagsAt(associationId, at);
  if (had === null || areSameTags(tags, had) || world.tags.areUnseen(history, associationId, at)) return [];
  const textOf = (some: typeof tags) => JSON.stringify([...some].map(({ key, value }) => `${key}=${value}`).sort());
  return [`as of ${at}, the history is certain of the tags ${textOf(tags)}, but EKS had ${textOf(had)}`];
}

/** Why it may not be certain what was in force: around a deletion, for what nothing showed, and once an answer was lost. */
function reasonsFor(
  world: World,
  history: readonly AssociationVersion[],
  at: number,
  { association: { associationId }, uncertain }: SeenAssociation,
): boolean[] {
  const from = uncertain?.from ?? at;
  const until = uncertain?.until ?? Infinity;
  const deletedAt = world.deletionOf(associationId)?.modifiedAt ?? -1;
  const last = world.changes().findLast(({ modifiedAt }) => modifiedAt <= at);
  const isLost = world
    .written()
    .some(
      ({ event, operation, before, eksRequestId, refusalCode }) =>
        operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' &&
        before?.associationId === associationId &&
        (event === 'SUCCEEDED' ? eksRequestId === null : refusalCode === 'OUTCOME_UNDETERMINED'),
    );
  const isTagged =
    world.tags.didOthersChange(associationId, from - times.clockErrorMs, until + times.clockErrorMs) ||
    world.isTagging(associationId, from - times.clockErrorMs, until);
  return [
    isTagged,
    from <= deletedAt && deletedAt <= until,
    isLost,
    last !== undefined && isUnseen(world, history, last),
  ];
}

/**
 * Whether nothing showed a change: one of others that was overwritten before a read, a create that others deleted before one, or an association of
 * others of which no scan and no outcome saw any version.
 */
function isUnseen(world: World, history: readonly AssociationVersion[], change: Applied): boolean {
  const { kind, operationId, association } = change;
  const versions = history.filter((one) => one.association?.associationId === association.associationId);
  if (kind === 'delete') return versions.length === 0;
  const isShown = operationId !== null && isRecorded(world, operationId);
  if (versions.length === 0) return !isShown;
  if (isShown || (operationId !== null && kind === 'update')) return false;
  return !versions.some((one) => one.association?.modifiedAt === association.modifiedAt);
}

function isRecorded(world: World, id: string): boolean {
  return world.succeeded().some(({ operationId }) => operationId === id);
}
