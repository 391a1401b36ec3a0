import type { FoundTargets } from './association-history.ts';
import { placeOf } from './keys.ts';

/** Lists of the same range as one, up to where the first incomplete list ends. */
export function mergeFound(lists: readonly FoundTargets[]): FoundTargets {
  const ends = lists.flatMap(({ targets, isComplete }) => {
    const last = targets.at(-1);
    return isComplete || last === undefined ? [] : [placeOf(last)];
  });
  const byPlace = new Map(lists.flatMap(({ targets }) => targets.map((target) => [placeOf(target), target] as const)));
  const end = ends.sort()[0];
  const targets = [...byPlace]
    .filter(([place]) => end === undefined || place <= end)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, target]) => target);
  return { targets, isComplete: lists.every(({ isComplete }) => isComplete) };
}
