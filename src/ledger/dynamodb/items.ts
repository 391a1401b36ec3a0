import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type {
  Item,
  ItemPage,
  ItemQuery,
  Items,
  SingleItems,
  TransactedItems,
  UpdatedItems,
  Write,
} from '../stored/items.ts';
import { LedgerUnavailable } from '../ledger-unavailable.ts';
import { keySchemaOf } from '../stored/tables.ts';
import type { TableName } from '../stored/tables.ts';
import { makeTranslator } from './expressions.ts';
import { failureOf, failureOfCancellation, isTransient, orLedgerFailure, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import type { TableNames } from './tables.ts';
import { itemOf, itemOrNull, putItem, transact, updateItem } from './writes.ts';

/** Two DynamoDB tables. Create the client as for the ledger. */
type ClientAndTables = { readonly client: DynamoDBClient } & TableNames;

/** The items of the tables by queries. */
export function dynamoDbQueries(tables: ClientAndTables): Pick<SingleItems, 'query'> {
  return { query: (query) => readPage(tables.client, nameOf(tables, query.table), query) };
}

/** The items of the tables, also one at a time. */
export function dynamoDbSingleItems(tables: ClientAndTables): SingleItems {
  const { client } = tables;
  return {
    ...dynamoDbQueries(tables),
    async get(table, key) {
      const get = new GetItemCommand({
        TableName: nameOf(tables, table),
        Key: marshall(key),
        ConsistentRead: true,
      });
      return itemOrNull((await orLedgerFailure(client.send(get))).Item);
    },
    put: (put, returned) => putItem(client, nameOf(tables, put.table), put, returned),
  };
}

/** The items of the tables, also in transactions. */
export function dynamoDbTransactedItems(tables: ClientAndTables): TransactedItems {
  const named = (writes: readonly Write[]) => writes.map((write) => ({ write, table: nameOf(tables, write.table) }));
  return { ...dynamoDbSingleItems(tables), transact: (writes) => transact(tables.client, named(writes)) };
}

/** The items of the tables, also with updates of one. */
export function dynamoDbUpdatedItems(tables: ClientAndTables): UpdatedItems {
  return {
    ...dynamoDbTransactedItems(tables),
    update: (update) => updateItem(tables.client, nameOf(tables, update.table), update),
  };
}

/** The items of the tables, also several of the idempotency table by their keys. */
export function dynamoDbItems(tables: ClientAndTables): Items {
  const { client, idempotencyTable } = tables;
  return {
    ...dynamoDbUpdatedItems(tables),
    getTogether: (keys) => getTogether(client, idempotencyTable, keys),
    getMany: (keys) => getMany(client, idempotencyTable, keys),
  };
}

function nameOf({ idempotencyTable, auditTable }: TableNames, table: TableName): string {
  return table === 'audit' ? auditTable : idempotencyTable;
}

/** Sends one Query. */
async function readPage(client: DynamoDBClient, TableName: string, query: ItemQuery): Promise<ItemPage> {
  const { table, index, hash, range, isDescending, limit, start, filter, attributes } = query;
  const schema = keySchemaOf(table, index);
  const translator = makeTranslator();
  const command = new QueryCommand({
    TableName,
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
    KeyConditionExpression: translator.keyCondition(schema.hash, hash, schema.range, range),
    ...(filter && { FilterExpression: translator.condition(filter) }),
    ...(attributes && { ProjectionExpression: translator.projection(attributes) }),
    ...translator.placeholders(),
    ...(isDescending === true ? { ScanIndexForward: false } : {}),
    Limit: limit,
    ExclusiveStartKey: start && marshall(start),
  });
  const { Items = [], ScannedCount = 0, LastEvaluatedKey } = await orLedgerFailure(client.send(command));
  return { items: Items.map(itemOf), examined: ScannedCount, next: itemOrNull(LastEvaluatedKey) };
}

/** How often what DynamoDB left out of an answer is asked for again. */
const maxAttempts = 5;

async function getMany(client: DynamoDBClient, table: string, keys: readonly string[]): Promise<(Item | null)[]> {
  const found = new Map<unknown, Item>();
  let left: BatchGetItemCommandOutput['UnprocessedKeys'] =
    keys.length === 0
      ? {}
      : { [table]: { Keys: [...new Set(keys)].map((idempotencyKey) => marshall({ idempotencyKey })) } };
  for (let attempt = 1; Object.keys(left ?? {}).length > 0; attempt += 1) {
    const answer: BatchGetItemCommandOutput = await orLedgerFailure(
      client.send(new BatchGetItemCommand({ RequestItems: left })),
    );
    for (const item of (answer.Responses?.[table] ?? []).map(itemOf)) found.set(item.idempotencyKey, item);
    left = answer.UnprocessedKeys;
    if (attempt === maxAttempts && Object.keys(left ?? {}).length > 0)
      throw new LedgerUnavailable(new Error('DynamoDB left keys unprocessed.'));
  }
  return keys.map((key) => found.get(key) ?? null);
}

async function getTogether(
  client: DynamoDBClient,
  TableName: string,
  keys: readonly string[],
): Promise<readonly (Item | null)[]> {
  const TransactItems = keys.map((idempotencyKey) => ({ Get: { TableName, Key: marshall({ idempotencyKey }) } }));
  const read = async (): Promise<{ kind: 'read'; items: (Item | null)[] } | Retryable> => {
    try {
      const { Responses = [] } = await client.send(new TransactGetItemsCommand({ TransactItems }));
      return { kind: 'read', items: keys.map((_, index) => itemOrNull(Responses[index]?.Item)) };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw failureOf(error);
      // A transaction was writing one of them.
      if (isTransient(error)) return { kind: 'retry', cause: error };
      throw failureOfCancellation(error);
    }
  };
  return (await withRetries(read)).items;
}
