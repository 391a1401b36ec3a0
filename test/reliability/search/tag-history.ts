import { isDeepStrictEqual } from 'node:util';
import { decodeTime } from 'ulid';
import type { AssociationVersion } from '../../../src/ledger/association-version.ts';
import { operationTagKey } from '../../../src/model/association.ts';
import type { Association, Tag } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Applied } from './eks-behaviour.ts';
import { kindOf } from './facts-of.ts';
import { times } from './home.ts';

/** Tags of an association from a time on, and since when it had others; `by` is null for others and for what no operation can be told from. */
interface Tagged {
  readonly id: string;
  readonly tags: readonly Tag[];
  readonly from: number;
  to: number;
  readonly by: string | null;
}

/** Follows what EKS has of tags. `written` returns the audit entries of operations. */
export function makeTagHistory(written: () => readonly AuditEntry[]) {
  const states: Tagged[] = [];
  /** The earliest tags of each association that the last scan can have shown, as their place among all of it. By id. */
  const shownSince = new Map<string, number>();
  /** What the last scan recorded of what others made, and how many entries the trail had then. */
  let recorded: { readonly association: Association; readonly entries: number; readonly place: number } | null = null;
  const isOfOthers = ({ by }: Tagged, index: number) => by === null && index > 0;
  const of = (id: string) => states.filter((one) => one.id === id);
  const closing = (by: string | null) =>
    written().find(
      ({ operationId, event }) => operationId === by && ['SUCCEEDED', 'REFUSED', 'RELEASED'].includes(event),
    );

  /** Whether an operation that nobody knows the effect of, or knows only by a read, may have left tags of an association. */
  const mayBeLeft = (id: string) =>
    written().some((intent) => {
      if (intent.event !== 'INTENT' || !isOfTags(intent) || intent.before?.associationId !== id) return false;
      const outcome = closing(intent.operationId);
      if (outcome?.event === 'SUCCEEDED') return outcome.eksRequestId === null;
      return outcome?.event !== 'RELEASED' && outcome?.refusalCode !== 'EKS_REFUSED';
    });

  return {
    /** EKS applied a change, at a time of its clock. */
    applied({ kind, operationId, association, isTooLate }: Applied, at: number): void {
      const { associationId: id, tags } = association;
      const before = of(id).at(-1);
      if (before && kind !== 'delete' && areSameTags(before.tags, tags) && !isChange(kind)) return;
      if (before) before.to = at;
      if (kind !== 'delete') states.push({ id, tags, from: at, to: Infinity, by: isTooLate ? null : operationId });
    },
    /** A scan recorded an association that a read showed: false if EKS had its tags only before those that a scan recorded earlier. */
    isShown({ associationId: id, tags }: Association): boolean {
      const since = shownSince.get(id) ?? 0;
      const index = of(id).findIndex((one, place) => place >= since && areSameTags(one.tags, tags));
      if (index >= 0) shownSince.set(id, index);
      return index >= 0;
    },
    /**
     * A scan recorded an association that others made or changed: whether it has other tags than the last such scan recorded, or a later change of tags
     * left. Null: an operation may have left them, or one that EKS had applied before was recorded late.
     */
    areNew(association: Association): boolean | null {
      const before = recorded;
      const entries = written();
      const { associationId: id } = association;
      recorded = { association, entries: entries.length, place: shownSince.get(id) ?? 0 };
      if (before?.association.associationId !== id) return false;
      const since = entries
        .slice(before.entries)
        .filter((entry) => entry.event === 'SUCCEEDED' && isOfTags(entry) && entry.before?.associationId === id);
      if (since.some(({ operationId }) => of(id).findIndex(({ by }) => by === operationId) <= before.place))
        return null;
      const left = since.at(-1);
      const known = (left && tagsLeftBy(left)) ?? before.association.tags;
      if (areSameTags(known, association.tags)) return false;
      return mayBeLeft(id) ? null : true;
    },
    /** The tags that EKS had at a time; null if the association did not exist. */
    tagsAt: (id: string, at: number) => of(id).findLast(({ from }) => from <= at)?.tags ?? null,
    /** Whether others set these tags at any time, after it was created. */
    wereSetByOthers: (id: string, tags: readonly Tag[]) =>
      of(id).some((one, index) => isOfOthers(one, index) && areSameTags(one.tags, tags)),
    /** Whether others changed tags between two times. */
    didOthersChange: (id: string, from: number, until: number) =>
      of(id).some((one, index) => isOfOthers(one, index) && from <= one.from && one.from <= until),
    /** Whether others changed the tags last. */
    areOfOthers: (id: string) => {
      const all = of(id);
      const last = all.at(-1);
      return last !== undefined && isOfOthers(last, all.length - 1);
    },
    /**
     * Whether nothing showed the tags that there were at a time: others set them, or an operation whose outcome nobody knows, and no scan read
     * the association before they were replaced.
     */
    areUnseen(history: readonly AssociationVersion[], id: string, at: number): boolean {
      const all = of(id);
      const index = all.findLastIndex(({ from }) => from <= at);
      const state = all[index];
      if (!state) return false;
      const outcome = isOfOthers(state, index) ? undefined : closing(state.by);
      // Who made the association is not known while a create is in progress beside what nothing has shown: then there is no version.
      const isKnown = outcome?.event === 'SUCCEEDED' && outcome.tagsKnown?.origin !== null;
      if (isKnown) return false;
      return !history.some((one) => isReadOf(one, id) && isWithin(one.seenAt, state));
    },
  };

  function isReadOf({ association, tagsSetBy, operationId, isRead }: AssociationVersion, id: string): boolean {
    return association?.associationId === id && tagsSetBy === undefined && (operationId === null || isRead === true);
  }
}

/** Whether a read that was seen at this time can only have shown these tags. */
function isWithin(seenAt: number, { from, to }: Tagged): boolean {
  return seenAt - times.listLagMs - times.clockErrorMs >= from && seenAt + times.clockErrorMs <= to;
}

function isChange(kind: Applied['kind']): boolean {
  return kind === 'tag' || kind === 'untag';
}

/**
 * The tags that successes in the trail left of an association: several where an adoption or an update may have read older ones than the change of
 * tags before it left; none where the trail has no success.
 */
export function tagsBySuccess(written: readonly AuditEntry[], id: string): (readonly Tag[])[] {
  let tags: (readonly Tag[])[] = [];
  let changedAt = 0;
  for (const entry of written) {
    const left = entry.event === 'SUCCEEDED' && entry.associationArn?.endsWith(id) ? tagsLeftBy(entry) : null;
    if (left === null) continue;
    // What an update found done, it need not have confirmed.
    const isFound = kindOf(entry.operation) === 'update' && entry.eksRequestId === null;
    const mayBeOlder =
      isFound ||
      (!isOfTags(entry) && decodeTime(entry.operationId) <= changedAt + times.listLagMs + 2 * times.clockErrorMs);
    tags = mayBeOlder ? [...tags, left] : [left];
    if (isOfTags(entry)) changedAt = Date.parse(entry.time);
  }
  return tags;
}

/** Whether an entry is of a change of tags, which confirms nothing of who made an association. */
export function isOfTags({ operation }: AuditEntry): boolean {
  return operation === 'TAG_POD_IDENTITY_ASSOCIATION' || operation === 'UNTAG_POD_IDENTITY_ASSOCIATION';
}

function tagsLeftBy({ operation, before, request }: AuditEntry): readonly Tag[] | null {
  const kind = kindOf(operation);
  if (request && 'tagKeys' in request) return without(before, request.tagKeys);
  if (request && 'tags' in request && (kind === 'tag' || before === null))
    return [
      ...without(
        before,
        request.tags.map(({ key }) => key),
      ),
      ...request.tags,
    ];
  return kind === 'delete' ? null : (before?.tags ?? null);
}

/** Whether two lists have the same tags, besides that of the gateway. */
export function areSameTags(one: readonly Tag[], other: readonly Tag[]): boolean {
  return isDeepStrictEqual(sorted(one), sorted(other));
}

function without(before: Association | null, keys: readonly string[]): Tag[] {
  return (before?.tags ?? []).filter(({ key }) => !keys.includes(key));
}

function sorted(tags: readonly Tag[]): string[] {
  return tags
    .filter(({ key }) => key !== operationTagKey)
    .map(({ key, value }) => `${key}=${value}`)
    .sort();
}
