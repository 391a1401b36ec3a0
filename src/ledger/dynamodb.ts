import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient, Put, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AuditEntry } from '../model/audit.ts';
import { conditionOf } from './dynamodb-condition.ts';
import { entryItem, entryOfItem, tokenItem, tokenOfItem } from './dynamodb-item.ts';
import { answered, failureOf, repeatedly } from './dynamodb-request.ts';
import type { Again } from './dynamodb-request.ts';
import { readTrail } from './dynamodb-trail.ts';
import { openShards } from './keys.ts';
import type { CommitResult, Ledger } from './ledger.ts';
import { alreadyWritten, requireDistinct } from './entry-json.ts';
import { leaseIndex } from './tables.ts';
import type { TableNames } from './tables.ts';

type Item = Record<string, AttributeValue>;

/**
 * The ledger in two DynamoDB tables (`tables.ts`). A commit is one TransactWriteItems, an append one PutItem. Make the
 * client with {@link dynamoDbClientDefaults}: bounds of time are the client's.
 *
 * `clock` gives milliseconds since the epoch: the trail as a whole is read from an hour ahead of it down.
 *
 * Besides what {@link Ledger} says, a method throws DynamoDB's own exception when it calls the request invalid: a bug.
 */
export function createDynamoDbLedger(
  parts: { readonly client: DynamoDBClient; readonly clock?: () => number } & TableNames,
): Ledger {
  const { client, idempotencyTable, auditTable, clock = Date.now } = parts;
  return {
    async commit(expected, next, entries) {
      requireDistinct(entries);
      const condition = { ...conditionOf(expected), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
      // A transaction even where there are no entries: only that lets the client repeat it when its answer was lost.
      return await transact(client, entries, [
        { TableName: idempotencyTable, Item: tokenItem(next), ...condition },
        ...entries.map((entry) => createEntry(auditTable, entry)),
      ]);
    },
    async appendEntry(entry) {
      const put = new PutItemCommand(createEntry(auditTable, entry));
      await repeatedly(() => putOnce(client, entry, put));
    },
    async getRecord(idempotencyKey) {
      const get = new GetItemCommand({
        TableName: idempotencyTable,
        Key: marshall({ idempotencyKey }),
        ConsistentRead: true,
      });
      const { Item } = await answered(client.send(get));
      return Item === undefined ? null : tokenOfItem(Item);
    },
    async getEntry({ operationId, entryId }) {
      const Key = marshall({ operationId, entryId });
      const get = new GetItemCommand({ TableName: auditTable, Key, ConsistentRead: true });
      const { Item } = await answered(client.send(get));
      return Item === undefined ? null : entryOfItem(Item);
    },
    async operationEntries(operationId) {
      const items = await query(client, Infinity, {
        TableName: auditTable,
        ConsistentRead: true,
        KeyConditionExpression: 'operationId = :operationId',
        ExpressionAttributeValues: marshall({ ':operationId': operationId }),
      });
      return items.map(entryOfItem);
    },
    async readTrail(query) {
      return await readTrail({ client, auditTable, clock }, query);
    },
    async expiredLeases(now, limit) {
      const byShard = openShards.map((shard) =>
        query(client, limit, {
          TableName: idempotencyTable,
          IndexName: leaseIndex,
          KeyConditionExpression: 'openShard = :shard AND leaseUntil <= :now',
          ExpressionAttributeValues: marshall({ ':shard': shard, ':now': now }),
        }),
      );
      const records = (await Promise.all(byShard)).flat().map(tokenOfItem);
      return records.sort((one, other) => one.leaseUntil - other.leaseUntil).slice(0, limit);
    },
    close() {
      client.destroy();
    },
  };
}

/** The put of an entry that must not exist. */
function createEntry(TableName: string, entry: AuditEntry) {
  return {
    TableName,
    Item: entryItem(entry),
    ConditionExpression: 'attribute_not_exists(operationId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

/** @param puts that of the token's record, then those of the entries */
async function transact(
  client: DynamoDBClient,
  entries: readonly AuditEntry[],
  puts: readonly (Put & { Item: Item })[],
): Promise<CommitResult> {
  const TransactItems = puts.map((Put) => ({ Put }));
  let ClientRequestToken = randomUUID();
  return await repeatedly(async () => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
      return { kind: 'committed' } as const;
    } catch (error) {
      // Its fate is open, so it stays the same transaction.
      if (error instanceof TransactionInProgressException) return { kind: 'again', cause: error } as const;
      if (!(error instanceof TransactionCanceledException)) throw failureOf(error);
      // It certainly wrote nothing. AWS does not say whether a token answers with a cancellation for its ten minutes, so
      // the repetition has a new one. Should an earlier try come into effect after all, the entries' conditions tell.
      ClientRequestToken = randomUUID();
      return resultOf(error, entries);
    }
  });
}

/** Reasons that lie in what else is going on in DynamoDB, not in what is stored. */
const passingReasons = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/** What a cancelled transaction means, by its reasons: the first is that of the token's record, then one an entry. */
function resultOf(error: TransactionCanceledException, entries: readonly AuditEntry[]): CommitResult | Again {
  const reasons = (error.CancellationReasons ?? []).map(({ Code, Item }) => ({
    passing: passingReasons.includes(Code ?? ''),
    conditionFailed: Code === 'ConditionalCheckFailed',
    stored: Item,
  }));
  if (reasons.some(({ passing }) => passing)) return { kind: 'again', cause: error };
  const [token, ...ofEntries] = reasons;
  const stored = ofEntries.map((reason) => (reason.conditionFailed ? entryOfItem(reason.stored ?? {}) : null));
  // Before the token's condition: where this commit was applied, that fails too, on what the commit itself wrote.
  if (alreadyWritten(entries, stored)) return { kind: 'committed' };
  if (token?.conditionFailed !== true) throw error; // The request itself was wrong: a bug.
  return { kind: 'conflict', record: token.stored === undefined ? null : tokenOfItem(token.stored) };
}

async function putOnce(
  client: DynamoDBClient,
  entry: AuditEntry,
  put: PutItemCommand,
): Promise<{ kind: 'written' } | Again> {
  try {
    await client.send(put);
  } catch (error) {
    if (error instanceof TransactionConflictException) return { kind: 'again', cause: error };
    if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    alreadyWritten([entry], [entryOfItem(error.Item ?? {})]);
  }
  return { kind: 'written' };
}

/** All items of a query, page by page, up to `limit`. */
async function query(client: DynamoDBClient, limit: number, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const Limit = limit === Infinity ? undefined : limit - items.length;
    const page = await answered(client.send(new QueryCommand({ ...input, Limit, ExclusiveStartKey: start })));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < limit);
  return items;
}
