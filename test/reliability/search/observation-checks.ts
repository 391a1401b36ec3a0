import type { AssociationState, ObservedState, Sight } from '../../../src/ledger/association-state.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Applied } from './eks-behaviour.ts';
import { entryFact, kindOf } from './facts-of.ts';
import { areSameTags, isOfTags, makeTagHistory, tagsBySuccess } from './tag-history.ts';

/*
 * The rules of the reference model for what scans record. Each check returns its violations, one sentence each.
 */

/** What EKS applied in a scenario, and what the trail says about it. */
export type World = ReturnType<typeof makeWorld>;

/** The versions of the association, and who made them. `written` returns the audit entries of operations. */
export function makeWorld(written: () => readonly AuditEntry[], now: () => number = () => 0) {
  const changes: Applied[] = [];
  const tagged: Applied[] = [];
  const tags = makeTagHistory(written);
  const succeeded = () =>
    written().filter((entry) => entry.event === 'SUCCEEDED' && entry.fence !== null && !isOfTags(entry));
  /** Of two changes in one millisecond, every read after both shows the last one. */
  const versionOf = ({ associationId, modifiedAt }: Version) =>
    changes.findLast(
      (one) => one.kind !== 'delete' && isOf(one, associationId) && one.association.modifiedAt === modifiedAt,
    );
  const deletionOf = (id: string) => changes.find((one) => one.kind === 'delete' && isOf(one, id));
  const isAdopted = (version: Version) =>
    succeeded().some(
      ({ operation, before }) =>
        ['adopt', 'create'].includes(kindOf(operation)) &&
        before?.associationId === version.associationId &&
        before.modifiedAt === version.modifiedAt,
    );
  /** Whether an operation requested this role: others may have set what it was about to set. */
  const isRequested = ({ association: { roleArn } }: Applied, by?: string) =>
    written().some(
      (entry) =>
        entry.event === 'INTENT' &&
        entryFact(entry, 0).roleArn === roleArn &&
        (by === undefined || entry.operationId === by),
    );

  const closedAt = ({ operationId }: AuditEntry) => {
    const closing = written().find(
      (entry) => entry.operationId === operationId && ['SUCCEEDED', 'REFUSED', 'RELEASED'].includes(entry.event),
    );
    return closing ? Date.parse(closing.time) : Infinity;
  };

  /** Whether others set tags that no success left; null: an operation whose outcome nobody knows may have, or that success read older ones. */
  function driftOfTags({ associationId: id, tags: shown }: Association): boolean | null {
    const left = tagsBySuccess(written(), id);
    // What only changes of tags were of is not the gateway's.
    if (!succeeded().some(({ associationArn }) => associationArn?.endsWith(id))) return false;
    if (left.every((one) => areSameTags(one, shown))) return false;
    const isUndetermined = written().some(
      (entry) => isOfTags(entry) && entry.before?.associationId === id && entry.refusalCode === 'OUTCOME_UNDETERMINED',
    );
    if (isUndetermined || left.some((one) => areSameTags(one, shown))) return null;
    return tags.areOfOthers(id);
  }

  return {
    versionOf,
    isAdopted,
    isRequested,
    tags,
    /**
     * Whether a change of tags of an association was in progress between two times. It may have begun before `from`: what is not certain begins with the
     * version, which others can have made while the change was in progress.
     */
    isTagging: (id: string, from: number, until: number) =>
      written().some(
        (entry) =>
          entry.event === 'INTENT' &&
          isOfTags(entry) &&
          entry.before?.associationId === id &&
          from <= closedAt(entry) &&
          Date.parse(entry.time) <= until,
      ),
    changes: (): readonly Applied[] => changes,
    /**
     * How often EKS applied a change of tags, or one was found to be done. Reads of tags have no order, so what a scan saw before the outcome counts as
     * replaced by the change, and is found anew, although EKS may have applied the change before it.
     */
    tagChanges: () =>
      tagged.length +
      written().filter((entry) => entry.event === 'SUCCEEDED' && isOfTags(entry) && entry.eksRequestId === null).length,
    succeeded,
    written,
    deletionOf,
    applied(change: Applied): void {
      // Of two changes in one millisecond, EKS dates the second one later.
      const at = Math.max(now(), Date.parse(change.association.modifiedAt));
      tags.applied(change, at);
      // Tags are no version: `modifiedAt` stays.
      if (change.kind === 'tag' || change.kind === 'untag') tagged.push(change);
      else changes.push(change);
    },
    /** Whether an operation made a version long after it was certain that it no longer could. */
    isLost: (sight: Sight) => versionOf(sight)?.isTooLate === true,
    /** A scan says who made what it saw. */
    originViolations(by: string, { origin, sight, association }: ObservedState): string[] {
      if (sight === null) return origin === null ? [] : [`${by} saw nothing, made by ${origin}`];
      const change = sight.isGone ? deletionOf(sight.associationId) : versionOf(sight);
      const what = `${sight.isGone ? 'the absence' : `the state ${sight.modifiedAt}`} of ${sight.associationId}`;
      if (!change) return [`${by} saw ${what}, which EKS never had`];
      if (origin === 'OPERATION' && sight.isGone) return [`${by} reports ${what} as an association of an operation`];
      if (change.isTooLate) return [];
      const isForeign = change.operationId === null && (sight.isGone || !isAdopted(sight));
      // Tags of others change no version.
      const isTagged = association !== null && tags.wereSetByOthers(sight.associationId, association.tags);
      if (origin === 'OUTSIDE' && !isForeign && !isTagged)
        return [
          `${by} reports ${what} as made outside, but ${change.operationId ?? 'others'} made it${change.operationId ? '' : ', and it was adopted'}`,
        ];
      if (origin === 'OPERATION' && isForeign && !isRequested(change))
        return [`${by} reports ${what} as made by an operation, but others made it`];
      return [];
    },
    /** Whether the recorded drift must be drift at rest; null: either is possible. `isNew`: associations that a scan first saw after a complete one. */
    expectedDrift(association: Association | null, isNew: ReadonlyMap<string, boolean>): boolean | null {
      const last = changes.at(-1);
      if (!last) return false;
      if ([...changes, ...tagged].some(({ isTooLate }) => isTooLate)) return null;
      const isTagDrift = association !== null && driftOfTags(association);
      if (isTagDrift !== false) return isTagDrift;
      if (last.operationId !== null) return false;
      const done = succeeded();
      const { associationId: id } = last.association;
      if (association === null) {
        const own = done.filter(({ associationArn }) => associationArn?.endsWith(id));
        if (own.some(({ operation }) => kindOf(operation) === 'delete')) return false;
        return own.length > 0 ? true : done.length > 0 || changes.some((one) => isRequested(one)) ? null : false;
      }
      if (isAdopted(association)) return false;
      if (isRequested(last)) return null;
      if (done.length > 0) return true;
      return changes.some((one) => one.operationId !== null || isRequested(one)) ? null : (isNew.get(id) ?? false);
    },
  };
}

type Version = Pick<Association, 'associationId' | 'modifiedAt'>;

function isOf({ association }: Applied, id: string): boolean {
  return association.associationId === id;
}

/** At rest, the state has what EKS has. */
export function stateViolations(state: AssociationState | null, association: Association | null): string[] {
  const { confirmed = null, observed = null } = state ?? {};
  if (association === null) {
    const isGone = observed?.sight?.isGone ?? confirmed?.isDeleted ?? true;
    return isGone || confirmed?.isDeleted ? [] : ['the association is gone, but the state does not say so'];
  }
  const known = observed?.association ?? (confirmed?.isDeleted ? null : confirmed?.association) ?? null;
  const isSame = known?.associationId === association.associationId && known.modifiedAt === association.modifiedAt;
  if (isSame && known.roleArn === association.roleArn) return [];
  const what = known ? `${known.associationId} of ${known.modifiedAt}` : 'nothing';
  return [`the state has ${what}, but EKS has ${association.associationId} of ${association.modifiedAt}`];
}
