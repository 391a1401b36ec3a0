import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { failureOf } from '../../src/ledger/dynamodb/request.ts';
import type { EntryKey } from '../../src/ledger/stored/entry-json.ts';
import { isUnindexed } from '../../src/ledger/stored/unindexed-entries.ts';

/**
 * The entries of a table that are not in the shard of the index `byTime` in which reads look for
 * them. Scans the table.
 */
export async function* unindexedEntries(client: DynamoDBClient, TableName: string): AsyncGenerator<EntryKey> {
  const names = { ProjectionExpression: 'operationId, entryId, trailShard' };
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ...names })) {
      for (const item of Items) {
        const key = { operationId: item.operationId?.S ?? '', entryId: item.entryId?.S ?? '' };
        if (isUnindexed({ ...key, trailShard: item.trailShard?.S ?? null })) yield key;
      }
    }
  } catch (error) {
    throw failureOf(error);
  }
}
