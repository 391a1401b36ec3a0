import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-item.ts';
import { orLedgerFailure } from './dynamodb-request.ts';

/** An item, strongly consistent; null if there is none. */
export async function getItem(client: DynamoDBClient, TableName: string, key: Item): Promise<Item | null> {
  const get = new GetItemCommand({ TableName, Key: key, ConsistentRead: true });
  const { Item } = await orLedgerFailure(client.send(get));
  return Item ?? null;
}

/** Up to `limit` items of a query, over all of its pages. */
export async function queryAll(client: DynamoDBClient, limit: number, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const query = new QueryCommand({ ...input, Limit: limit - items.length, ExclusiveStartKey: start });
    const page = await orLedgerFailure(client.send(query));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < limit);
  return items;
}
