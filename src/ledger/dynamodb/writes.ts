import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, CancellationReason, DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item, ItemUpdate, Put, Reason, TransactionResult, Write, WriteResult } from '../stored/items.ts';
import { makeTranslator } from './expressions.ts';
import { failureOf, failureOfCancellation, isTransient, withRetries } from './request.ts';
import type { Retryable } from './request.ts';

type Attributes = Record<string, AttributeValue>;

/** The item of these attributes. Numbers that JavaScript can't express are rounded. */
export function itemOf(attributes: Attributes): Item {
  return unmarshall(attributes, { wrapNumbers: Number });
}

/** The item of these attributes; null without any. */
export function itemOrNull(attributes: Attributes | undefined): Item | null {
  return attributes === undefined ? null : itemOf(attributes);
}

/** A write, and the name of its table. */
interface NamedWrite {
  readonly write: Write;
  readonly table: string;
}

/** The parameters of a write, besides its key or item. */
function parametersOf(write: Write, TableName: string) {
  const { condition } = write;
  const translator = makeTranslator();
  return {
    TableName,
    UpdateExpression: write.kind === 'update' ? translator.update(write.update) : undefined,
    ConditionExpression: condition && translator.condition(condition),
    ReturnValuesOnConditionCheckFailure: condition && ('ALL_OLD' as const),
    ...translator.placeholders(),
  };
}

function inTransaction({ write, table }: NamedWrite): TransactWriteItem {
  const parameters = parametersOf(write, table);
  if (write.kind === 'put') return { Put: { ...parameters, Item: marshall(write.item) } };
  const withKey = { ...parameters, Key: marshall(write.key) };
  return write.kind === 'update' ? { Update: withKey } : { ConditionCheck: withKey };
}

/** Puts one item, also while a transaction is writing it. */
export async function putItem(
  client: DynamoDBClient,
  table: string,
  put: Put,
  returned: 'replaced' | undefined,
): Promise<WriteResult> {
  const parameters = { ...parametersOf(put, table), ...(returned && ({ ReturnValues: 'ALL_OLD' } as const)) };
  const command = new PutItemCommand({ ...parameters, Item: marshall(put.item) });
  return await written(async () => (await client.send(command)).Attributes);
}

/** Updates one item, also while a transaction is writing it. */
export async function updateItem(client: DynamoDBClient, table: string, update: ItemUpdate): Promise<WriteResult> {
  const command = new UpdateItemCommand({ ...parametersOf(update, table), Key: marshall(update.key) });
  return await written(async () => (await client.send(command)).Attributes);
}

async function written(write: () => Promise<Attributes | undefined>): Promise<WriteResult> {
  return await withRetries(async (): Promise<WriteResult | Retryable> => {
    try {
      return { kind: 'written', replaced: itemOrNull(await write()) };
    } catch (error) {
      if (error instanceof TransactionConflictException) return { kind: 'retry', cause: error };
      if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
      return { kind: 'rejected', stored: itemOrNull(error.Item) };
    }
  });
}

/** Writes items in one transaction. */
export async function transact(client: DynamoDBClient, writes: readonly NamedWrite[]): Promise<TransactionResult> {
  const TransactItems = writes.map(inTransaction);
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
