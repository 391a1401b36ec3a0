import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  AttributeValue,
  BatchGetItemCommandOutput,
  CancellationReason,
  DynamoDBClient,
  TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type {
  Item,
  ItemPage,
  ItemQuery,
  Items,
  Reason,
  SingleWrite,
  TransactionResult,
  Write,
  WriteResult,
} from '../items.ts';
import { LedgerUnavailable } from '../ledger-unavailable.ts';
import { keySchemaOf } from '../tables.ts';
import { failureOfCancellation, isTransient } from './cancellation.ts';
import { makeTranslator } from './expressions.ts';
import { failureOf, orLedgerFailure, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import type { TableNames } from './tables.ts';

type Attributes = Record<string, AttributeValue>;

/** The items of two DynamoDB tables. Create the client as for the ledger. */
export function dynamoDbItems({
  client,
  idempotencyTable,
  auditTable,
}: { readonly client: DynamoDBClient } & TableNames): Items {
  const names = { idempotency: idempotencyTable, audit: auditTable } as const;
  return {
    async get(table, key) {
      const get = new GetItemCommand({ TableName: names[table], Key: marshall(key), ConsistentRead: true });
      return itemOrNull((await orLedgerFailure(client.send(get))).Item);
    },
    getTogether: (keys) => getTogether(client, idempotencyTable, keys),
    getMany: (keys) => getMany(client, idempotencyTable, keys),
    query: (query) => readPage(client, names[query.table], query),
    transact: (writes) =>
      transact(
        client,
        writes.map((write) => inTransaction(write, names[write.table])),
      ),
    async write(write, returned) {
      return await withRetries(() => writeOnce(client, write, names[write.table], returned));
    },
  };
}

/** The item of these attributes. Numbers that JavaScript can't express are rounded. */
export function itemOf(attributes: Attributes): Item {
  return unmarshall(attributes, { wrapNumbers: Number });
}

function itemOrNull(attributes: Attributes | undefined): Item | null {
  return attributes === undefined ? null : itemOf(attributes);
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

/** The parameters of a write, besides the item of a put. */
function parametersOf(write: Write, TableName: string) {
  const translator = makeTranslator();
  const { condition } = write;
  return {
    TableName,
    ...(write.kind === 'update' ? { UpdateExpression: translator.update(write.update) } : {}),
    ...(condition && { ConditionExpression: translator.condition(condition) }),
    ...translator.placeholders(),
    ...(condition && ({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const)),
  };
}

function inTransaction(write: Write, table: string): TransactWriteItem {
  const { UpdateExpression, ...parameters } = parametersOf(write, table);
  switch (write.kind) {
    case 'put':
      return { Put: { ...parameters, Item: marshall(write.item) } };
    case 'update':
      return { Update: { ...parameters, Key: marshall(write.key), UpdateExpression } };
    case 'check':
      return {
        ConditionCheck: {
          ...parameters,
          Key: marshall(write.key),
          ConditionExpression: parameters.ConditionExpression,
        },
      };
  }
}

async function writeOnce(
  client: DynamoDBClient,
  write: SingleWrite,
  table: string,
  returned: 'replaced' | undefined,
): Promise<WriteResult | Retryable> {
  const parameters = { ...parametersOf(write, table), ...(returned && ({ ReturnValues: 'ALL_OLD' } as const)) };
  try {
    const { Attributes } =
      write.kind === 'put'
        ? await client.send(new PutItemCommand({ ...parameters, Item: marshall(write.item) }))
        : await client.send(new UpdateItemCommand({ ...parameters, Key: marshall(write.key) }));
    return { kind: 'written', replaced: itemOrNull(Attributes) };
  } catch (error) {
    if (error instanceof TransactionConflictException) return { kind: 'retry', cause: error };
    if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    return { kind: 'rejected', stored: itemOrNull(error.Item) };
  }
}

async function transact(client: DynamoDBClient, TransactItems: TransactWriteItem[]): Promise<TransactionResult> {
  let ClientRequestToken = randomUUID();
  return await withRetries(async (): Promise<TransactionResult | Retryable> => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
      return { kind: 'committed' };
    } catch (error) {
      // The transaction may still take effect, so the retry keeps its token.
      if (error instanceof TransactionInProgressException) return { kind: 'retry', cause: error };
      if (!(error instanceof TransactionCanceledException)) throw failureOf(error);
      // A cancelled transaction wrote nothing. The retry gets a new token, because AWS does not
      // document whether the old one would return the same cancellation for ten minutes. If an
      // earlier attempt took effect after all, the conditions of the entries detect it.
      ClientRequestToken = randomUUID();
      if (isTransient(error)) return { kind: 'retry', cause: error };
      const reasons = (error.CancellationReasons ?? []).map(reasonOf);
      return { kind: 'cancelled', reasons, failure: failureOfCancellation(error) };
    }
  });
}

function reasonOf({ Code = 'None', Item: stored }: CancellationReason): Reason {
  if (Code === 'ConditionalCheckFailed') return { kind: 'condition', stored: itemOrNull(stored) };
  if (Code === 'ValidationError') return { kind: 'tooLarge' };
  return { kind: Code === 'None' ? 'none' : 'other' };
}
