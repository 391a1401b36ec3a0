import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { AuditEntry } from '../../model/audit.ts';
import { sdkMeter } from '../../runtime/sdk-meter.ts';
import { stateChangeOf } from '../state-change.ts';
import { alternativesOf } from '../state-transition.ts';
import { stateMismatch } from '../state-demand.ts';
import { failureOfCancellation } from './cancellation.ts';
import { approvalOfItem, approvalPut } from './approval-item.ts';
import { stateOfItem, stateUpdate } from './association-state.ts';
import { versionItem } from './association-version.ts';
import { conditionOf, locksConditionOf } from './condition.ts';
import { dynamoDbCursorKeys } from './cursor-keys.ts';
import { claimsOfCreated } from '../claim-of-created.ts';
import {
  claimedByOfItem,
  claimItem,
  claimPrefix,
  entryItem,
  entryOfItem,
  insertion,
  locksItem,
  locksOfItem,
  recordItem,
  recordOfItem,
} from './item.ts';
import { getItem, queryAll } from './read.ts';
import { failureOf, isThrottling, tableCheck, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import { readTrail } from './trail.ts';
import { transact } from './transact.ts';
import { scanOfItem } from './cluster-scan.ts';
import { alreadyWritten, entryOrNull, requireDistinct } from '../entry-json.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { openShards, scanKeyOf } from '../keys.ts';
import { firstEntries } from '../ledger.ts';
import type { Ledger } from '../ledger.ts';
import { locksKey, noLocks } from '../locks-json.ts';
import { leaseIndex } from './tables.ts';
import type { TableNames } from './tables.ts';

/**
 * A ledger in two DynamoDB tables (`tables.ts`). A commit is one TransactWriteItems, an append one
 * PutItem. Create the client with `dynamoDbClientDefaults`: the ledger has no timeouts of its own.
 *
 * In addition to the errors of {@link Ledger}, a method throws the exception of DynamoDB for an
 * invalid request to tables of this version, which means a bug.
 */
export function makeDynamoDbLedger(tables: ClientAndTables): Ledger {
  const { client, ...names } = tables;
  client.middlewareStack.use(sdkMeter({ dependency: 'dynamoDb', isThrottling }));
  client.middlewareStack.use(tableCheck(client, names));
  return ledgerOn(tables);
}

type ClientAndTables = { readonly client: DynamoDBClient } & TableNames;

/**
 * The ledger on a client that shares the middleware of one with which {@link makeDynamoDbLedger}
 * was called.
 */
export function ledgerOn({ client, idempotencyTable, auditTable }: ClientAndTables): Ledger {
  return {
    async commit(expected, next, entries, use = null) {
      requireDistinct(entries);
      const condition = { ...conditionOf(expected), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
      // A transaction even without entries: only a transaction can be repeated safely when its
      // response was lost.
      const items = [
        { Put: { TableName: idempotencyTable, Item: recordItem(next), ...condition } },
        ...entries.map((entry) => ({ Put: insertion(auditTable, entryItem(entry)) })),
        ...claimsOfCreated(entries).map((claim) => ({ Put: insertion(auditTable, claimItem(claim)) })),
      ];
      const usePut = use && approvalPut(idempotencyTable, use.expected, use.next);
      const alternatives = alternativesOf(stateChangeOf(next, entries));
      for (const [index, change] of alternatives.entries()) {
        const update = change && {
          TableName: idempotencyTable,
          ...stateUpdate(change, { kind: 'later', commit: change }),
        };
        const version = change?.version
          ? [{ Put: { TableName: idempotencyTable, Item: versionItem(change.version) } }]
          : [];
        const result = await transact(client, entries, [...items, ...version], update, usePut);
        if (result.kind === 'committed') return result;
        if (result.kind === 'conflict')
          return { kind: 'conflict', record: result.stored && recordOfItem(result.stored) };
        if (result.kind === 'approval-mismatch') {
          if (result.stored) approvalOfItem(result.stored); // Throws for another format.
          return { kind: 'approval-mismatch' };
        }
        if (index < alternatives.length - 1) continue;
        const state = result.stored && stateOfItem(result.stored); // Throws for another format.
        if (result.isCondition && change?.demand) return stateMismatch(state, change);
        throw failureOfCancellation(result.cause);
      }
      throw new Error('unreachable');
    },
    async appendEntry(entry) {
      const put = new PutItemCommand(insertion(auditTable, entryItem(entry)));
      await withRetries(() => putOnce(client, entry, put));
    },
    async getRecord(idempotencyKey) {
      const item = await getItem(client, idempotencyTable, marshall({ idempotencyKey }));
      return item === null ? null : recordOfItem(item);
    },
    async findClaimOfCreated(operationId) {
      const [item] = await queryAll(client, 1, {
        TableName: auditTable,
        ConsistentRead: true,
        KeyConditionExpression: 'operationId = :operationId AND begins_with(entryId, :prefix)',
        ExpressionAttributeValues: marshall({ ':operationId': operationId, ':prefix': claimPrefix }),
      });
      return item === undefined ? null : claimedByOfItem(item);
    },
    async getEntry({ operationId, entryId }) {
      const item = await getItem(client, auditTable, marshall({ operationId, entryId }));
      return entryOrNull(() => item && entryOfItem(item));
    },
    async operationEntries(operationId, page) {
      const { limit, after } = { ...firstEntries, ...page };
      const items = await queryAll(client, limit, {
        TableName: auditTable,
        ConsistentRead: true,
        KeyConditionExpression: 'operationId = :operationId AND entryId > :after',
        // Lower than every entry id. A key can't be the empty string.
        ExpressionAttributeValues: marshall({ ':operationId': operationId, ':after': after ?? '-' }),
      });
      return items.map(entryOfItem);
    },
    async readTrail(query) {
      return await readTrail(client, auditTable, query);
    },
    async expiredLeases(now, limit) {
      const byShard = openShards.map((shard) =>
        queryAll(client, limit, {
          TableName: idempotencyTable,
          IndexName: leaseIndex,
          KeyConditionExpression: 'openShard = :shard AND leaseUntil <= :now',
          FilterExpression: 'v = :v',
          ExpressionAttributeValues: marshall({ ':shard': shard, ':now': now, ':v': formatVersion }),
        }),
      );
      const records = (await Promise.all(byShard)).flat().map(recordOfItem);
      return records.sort((one, other) => one.leaseUntil - other.leaseUntil).slice(0, limit);
    },
    async getLocks() {
      const item = await getItem(client, idempotencyTable, marshall({ idempotencyKey: locksKey }));
      return item === null ? noLocks : locksOfItem(item);
    },
    async getClusterScan(cluster) {
      const item = await getItem(client, idempotencyTable, marshall({ idempotencyKey: scanKeyOf(cluster) }));
      if (item === null) return null;
      requireSupported(`scan of ${cluster.clusterName}`, unmarshall(item).v);
      return scanOfItem(item);
    },
    async putLocks(next, entry) {
      const condition = { ...locksConditionOf(next), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
      const put = { TableName: idempotencyTable, Item: locksItem(next), ...condition };
      const result = await transact(client, [entry], [{ Put: put }, { Put: insertion(auditTable, entryItem(entry)) }]);
      if (result.kind === 'conflict' && result.stored !== null) locksOfItem(result.stored); // Throws for another format.
      return result.kind === 'committed';
    },
    ...dynamoDbCursorKeys(client, idempotencyTable),
    close() {
      client.destroy();
    },
  };
}

async function putOnce(
  client: DynamoDBClient,
  entry: AuditEntry,
  put: PutItemCommand,
): Promise<{ kind: 'written' } | Retryable> {
  try {
    await client.send(put);
  } catch (error) {
    if (error instanceof TransactionConflictException) return { kind: 'retry', cause: error };
    if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    alreadyWritten([entry], [entryOfItem(error.Item ?? {})]);
  }
  return { kind: 'written' };
}
