import { ConditionalCheckFailedException, paginateQuery, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { isDeepStrictEqual } from 'node:util';
import type { CheckpointHead, CheckpointStore, StoredEntry } from '../checkpoint-store.ts';
import { checkpointKey } from '../checkpoint-store.ts';
import { entryItem, entryOfItem, personalAttribute } from './item.ts';
import type { Item } from './item.ts';
import { getItem } from './read.ts';
import { failureOf } from './request.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { trailShards } from '../keys.ts';
import { auditIndexes } from './tables.ts';
import type { TableNames } from './tables.ts';
import { firstIdOf, lastIdOf } from '../trail-position.ts';

/** What checkpoints read and write, in the tables of a ledger. */
export function makeDynamoDbCheckpoints({
  client,
  idempotencyTable,
  auditTable,
}: { readonly client: DynamoDBClient } & TableNames): CheckpointStore {
  return {
    async getCheckpointHead() {
      const item = await getItem(client, idempotencyTable, marshall({ idempotencyKey: checkpointKey }));
      if (item === null) return null;
      // Only `headItem` makes this item.
      const { v, size, root, publishedSize, examinedTo } = unmarshall(item) as CheckpointHead & { readonly v: unknown };
      requireSupported('head of the checkpoints', v);
      return { size, root, publishedSize, ...(examinedTo === undefined ? {} : { examinedTo }) };
    },
    async putCheckpointHead(expected, next) {
      try {
        await client.send(new PutItemCommand(headPut(idempotencyTable, expected, next)));
        return true;
      } catch (error) {
        // After a lost response, a repetition by the client is rejected too: the next run finds the
        // head.
        if (error instanceof ConditionalCheckFailedException) return false;
        throw failureOf(error);
      }
    },
    storedEntries: (since, until) =>
      merged(trailShards.map((shard) => shardEntries(client, auditTable, shard, Math.max(since, 0), until))),
  };
}

function headPut(TableName: string, expected: CheckpointHead | null, next: CheckpointHead) {
  const Item = marshall({ v: formatVersion, idempotencyKey: checkpointKey, ...next });
  if (expected === null) return { TableName, Item, ConditionExpression: 'attribute_not_exists(idempotencyKey)' };
  return {
    TableName,
    Item,
    ConditionExpression: '#size = :size AND publishedSize = :published AND v = :v',
    ExpressionAttributeNames: { '#size': 'size' },
    ExpressionAttributeValues: marshall({
      ':size': expected.size,
      ':published': expected.publishedSize,
      ':v': formatVersion,
    }),
  };
}

/** The entries of a shard of the index of the whole trail, oldest first. */
async function* shardEntries(client: DynamoDBClient, TableName: string, shard: string, since: number, until: number) {
  const pages = paginateQuery(
    { client },
    {
      TableName,
      IndexName: 'byTime' satisfies keyof typeof auditIndexes,
      KeyConditionExpression: '#shard = :shard AND entryId BETWEEN :low AND :high',
      ExpressionAttributeNames: { '#shard': auditIndexes.byTime },
      ExpressionAttributeValues: marshall({ ':shard': shard, ':low': firstIdOf(since), ':high': lastIdOf(until) }),
    },
  );
  try {
    for await (const { Items = [] } of pages) yield* Items.map(storedEntryOfItem);
  } catch (error) {
    throw failureOf(error);
  }
}

/** An item of the audit table as it is stored. */
function storedEntryOfItem(item: Item): StoredEntry {
  const [operationId, entryId, text] = [item.operationId?.S ?? '', item.entryId?.S ?? '', item.entry?.S ?? ''];
  const personal = item[personalAttribute]?.S ?? null;
  return { operationId, entryId, text, personal, differing: () => differingAttributes(item) };
}

function differingAttributes(item: Item): string[] {
  let expected: Item;
  try {
    expected = entryItem(entryOfItem(item));
  } catch {
    return ['entry'];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(item)]);
  return [...names].filter((name) => !isDeepStrictEqual(expected[name], item[name])).sort();
}

/** Several lists, each sorted by entry id, as one. */
async function* merged(lists: readonly AsyncGenerator<StoredEntry>[]): AsyncGenerator<StoredEntry> {
  const heads = await Promise.all(lists.map(async (list) => ({ list, next: await list.next() })));
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first, ...rest] = open;
    if (first === undefined) return;
    const lowest = rest.reduce((one, other) => (idOf(other.next) < idOf(one.next) ? other : one), first);
    if (lowest.next.done !== true) yield lowest.next.value;
    lowest.next = await lowest.list.next();
  }
}

function idOf(next: IteratorResult<StoredEntry, unknown>): string {
  return next.done === true ? '' : next.value.entryId;
}
