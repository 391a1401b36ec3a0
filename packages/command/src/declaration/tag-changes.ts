import { tagDifference } from './tags.ts';
import type { Tags } from './tags.ts';

/** A change of tags, and the tags after it. */
export interface TagStep {
  readonly action: 'tag' | 'untag';
  readonly tags: Tags;
}

/** As many tags as an association can have, with those of the gateway and without those of AWS. */
const maxTags = 50;

/**
 * The changes that lead from one set of tags to another; none if they are equal. Tags are added
 * first, so that the association never lacks what a policy requires, unless there is no room.
 *
 * @param reserved the number of tags of the gateway beside these
 */
export function tagSteps(before: Tags, after: Tags, reserved: number): readonly TagStep[] {
  const { added, changed, removed } = tagDifference(before, after);
  const isTagged = Object.keys(added).length + Object.keys(changed).length > 0;
  const isUntagged = Object.keys(removed).length > 0;
  const all = { ...before, ...after };
  if (isTagged && isUntagged && Object.keys(all).length + reserved > maxTags) {
    const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !Object.hasOwn(removed, key)));
    return [
      { action: 'untag', tags: kept },
      { action: 'tag', tags: after },
    ];
  }
  return [
    ...(isTagged ? [{ action: 'tag', tags: all } as const] : []),
    ...(isUntagged ? [{ action: 'untag', tags: after } as const] : []),
  ];
}
