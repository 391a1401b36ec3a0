import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { claimPrefix } from '../../../../src/ledger/dynamodb/item.ts';
import { failureOf } from '../../../../src/ledger/dynamodb/request.ts';
import { trailShardOf, trailShards } from '../../../../src/ledger/keys.ts';
import { firstIdOf, isTrailPosition, lastIdOf, maxTime } from '../../../../src/ledger/trail-position.ts';
import type { EntryKey } from '../../../../src/ledger/entry-json.ts';

/** Entries that the index of the whole trail hides, although other reads find them. */
export interface UnindexedEntries {
  unindexedEntries(): AsyncIterable<EntryKey>;
}

/**
 * The entries of a table that are not in the shard of the index `byTime` in which reads look for
 * them. Scans the table.
 */
export async function* unindexedEntries(client: DynamoDBClient, TableName: string): AsyncGenerator<EntryKey> {
  const names = { ProjectionExpression: 'operationId, entryId, trailShard' };
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ...names })) {
      for (const item of Items) {
        const [operationId, entryId] = [item.operationId?.S ?? '', item.entryId?.S ?? ''];
        if (entryId.startsWith(claimPrefix)) continue;
        if (!isIndexed(entryId, item.trailShard?.S)) yield { operationId, entryId };
      }
    }
  } catch (error) {
    throw failureOf(error);
  }
}

/** Whether the whole trail has an item: that of an entry in its own shard, others in any. */
function isIndexed(entryId: string, shard: string | undefined): boolean {
  if (isTrailPosition(entryId)) return shard === trailShardOf(entryId);
  const isInRange = entryId >= firstIdOf(0) && entryId <= lastIdOf(maxTime);
  return isInRange && shard !== undefined && trailShards.includes(shard);
}
