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
import type { Item, Reason, SingleWrite, TransactionResult, Write, WriteResult } from '../items.ts';
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

function inTransaction({ write, table }: NamedWrite): TransactWriteItem {
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

/** Writes one item, also while a transaction is writing it. */
export async function writeItem(
  client: DynamoDBClient,
  table: string,
  write: SingleWrite,
  returned: 'replaced' | undefined,
): Promise<WriteResult> {
  return await withRetries(() => writeOnce(client, write, table, returned));
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
