import type { Change } from './planner.ts';
import type { ReadState } from './replays.ts';
import { changedSettings } from './states.ts';
import { tagDifference } from './tags.ts';

/** A replayed success says what was once: why it is not so now; null if it is. */
export function overtaken(change: Change, now: ReadState | null): string | null {
  if (change.action === 'delete') return now === null ? null : 'The association exists.';
  if (now === null) return 'The association was deleted since, or you may not view it.';
  const isOfTags = change.action === 'tag' || change.action === 'untag';
  const changed = isOfTags ? changedTags(change, now) : changedFields(change, now);
  return changed.length === 0 ? null : `Changed since: ${changed.join(', ')}.`;
}

function changedFields({ after }: Change, now: ReadState): readonly string[] {
  const changed: string[] = after === null ? [] : [...changedSettings(after, now)];
  const isExpiryKnown = after?.expiresAt !== undefined && now.expiresAt !== undefined;
  return isExpiryKnown && !isSameTime(after.expiresAt, now.expiresAt) ? [...changed, 'expiresAt'] : changed;
}

/** The tags that a change set or removed, and that are otherwise now. Later changes of the plan have others. */
function changedTags({ before, after }: Change, { tags: now = {} }: ReadState): readonly string[] {
  const { added, changed, removed } = tagDifference(before?.tags ?? {}, after?.tags ?? {});
  const isOther = (key: string) => (Object.hasOwn(now, key) ? now[key] : undefined) !== after?.tags[key];
  return [added, changed, removed]
    .flatMap(Object.keys)
    .filter(isOther)
    .map((key) => `tag ${key}`);
}

function isSameTime(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : Date.parse(one) === Date.parse(other);
}
