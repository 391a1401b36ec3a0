import type { EntryKey } from './entry-json.ts';
import { trailShardOf, trailShards } from './keys.ts';
import { claimPrefix } from './entry.ts';
import { firstIdOf, isTrailPosition, lastIdOf, maxTime } from '../trail-position.ts';

/** Entries that the index of the whole trail hides, although other reads find them. */
export interface UnindexedEntries {
  unindexedEntries(): AsyncIterable<EntryKey>;
}

/**
 * Whether an item of the audit table is not in the shard of the index `byTime` in which reads look
 * for it: that of an entry in its own shard, others in any.
 */
export function isUnindexed({ entryId, trailShard }: EntryKey & { readonly trailShard: string | null }): boolean {
  if (entryId.startsWith(claimPrefix)) return false;
  if (isTrailPosition(entryId)) return trailShard !== trailShardOf(entryId);
  const isInRange = entryId >= firstIdOf(0) && entryId <= lastIdOf(maxTime);
  return !isInRange || trailShard === null || !trailShards.includes(trailShard);
}
