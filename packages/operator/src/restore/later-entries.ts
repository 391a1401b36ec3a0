import { ConditionalCheckFailedException, paginateQuery, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { itemOf } from '../../../../src/ledger/dynamodb/writes.ts';
import { trailShards } from '../../../../src/ledger/stored/keys.ts';
import { claimItemsOf } from '../../../../src/ledger/stored/entry.ts';
import { auditIndexes } from '../../../../src/ledger/stored/tables.ts';
import { firstIdOf } from '../../../../src/ledger/trail-position.ts';
import type { TablePair } from './tables.ts';

/**
 * How long before the restore point copying begins, in milliseconds. An entry can be stored some
 * time after the time in its id; entries that are there already are skipped.
 */
const overlapMs = 15 * 60_000;

/**
 * Copies the audit entries from the restore point on, as they are stored, and never replaces one.
 * Gives the number of entries that were missing.
 *
 * @param to the restore point, in milliseconds since the epoch
 * @param report called with the number of copied entries after each page
 */
export async function copyLaterEntries(
  client: DynamoDBClient,
  { source, target }: TablePair,
  to: number,
  report: (copied: number) => void,
): Promise<number> {
  let copied = 0;
  const copyShard = async (shard: string) => {
    for await (const { Items = [] } of entriesSince(client, source, shard, to - overlapMs)) {
      for (const item of Items) {
        if (await putNew(client, target, item)) copied += 1;
        for (const claim of claimItemsOf(itemOf(item))) await putNew(client, target, marshall(claim));
      }
      report(copied);
    }
  };
  await Promise.all(trailShards.map(copyShard));
  return copied;
}

function entriesSince(client: DynamoDBClient, TableName: string, shard: string, since: number) {
  return paginateQuery(
    { client },
    {
      TableName,
      IndexName: 'byTime' satisfies keyof typeof auditIndexes,
      KeyConditionExpression: '#shard = :shard AND entryId >= :first',
      ExpressionAttributeNames: { '#shard': auditIndexes.byTime },
      ExpressionAttributeValues: { ':shard': { S: shard }, ':first': { S: firstIdOf(since) } },
    },
  );
}

async function putNew(client: DynamoDBClient, TableName: string, Item: Record<string, AttributeValue>) {
  const ConditionExpression = 'attribute_not_exists(operationId)';
  try {
    await client.send(new PutItemCommand({ TableName, Item, ConditionExpression }));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
