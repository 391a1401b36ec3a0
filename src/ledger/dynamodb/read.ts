import { BatchGetItemCommand, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { BatchGetItemCommandOutput, DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './item.ts';
import { orLedgerFailure } from './request.ts';
import { LedgerUnavailable } from '../ledger.ts';

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

/** How often what DynamoDB left out of an answer is asked for again. */
const maxAttempts = 5;

/** Items by their keys, in this order; null for one that does not exist. At most 100. */
export async function getItems(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
): Promise<(Item | null)[]> {
  const found = new Map<string, Item>();
  let left: BatchGetItemCommandOutput['UnprocessedKeys'] =
    keys.length === 0
      ? {}
      : { [table]: { Keys: [...new Set(keys)].map((idempotencyKey) => marshall({ idempotencyKey })) } };
  for (let attempt = 1; Object.keys(left ?? {}).length > 0; attempt += 1) {
    const answer: BatchGetItemCommandOutput = await orLedgerFailure(
      client.send(new BatchGetItemCommand({ RequestItems: left })),
    );
    for (const item of answer.Responses?.[table] ?? []) found.set(item.idempotencyKey?.S ?? '', item);
    left = answer.UnprocessedKeys;
    if (attempt === maxAttempts && Object.keys(left ?? {}).length > 0)
      throw new LedgerUnavailable(new Error('DynamoDB left keys unprocessed.'));
  }
  return keys.map((key) => found.get(key) ?? null);
}
