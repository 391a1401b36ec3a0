import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ClusterRef } from '../../model/association.ts';
import type { AccountReads, ClusterScan } from '../cluster-scan.ts';
import type { Item } from './item.ts';
import { formatVersion } from '../format.ts';
import { accountReadsKeyOf, scanKeyOf, scanShard } from '../keys.ts';
import { leaseIndex } from './tables.ts';

/**
 * The put of the progress of a cluster over that with a fence; 0: none. An item of another version
 * is not replaced.
 */
export function scanPut(TableName: string, fence: number, next: ClusterScan): PutItemCommandInput {
  const condition = {
    ConditionExpression: '#fence = :fence AND v = :v',
    ExpressionAttributeNames: { '#fence': 'fence' },
    ExpressionAttributeValues: marshall({ ':fence': fence, ':v': formatVersion }),
  };
  const isFirst = { ConditionExpression: 'attribute_not_exists(idempotencyKey)' };
  return { TableName, Item: scanItem(next), ...(fence === 0 ? isFirst : condition) };
}

/** Progress as an item. It is in the lease index, in a shard of its own, and never expires. */
export function scanItem({ cluster, ...scan }: ClusterScan): Item {
  return marshall({ v: formatVersion, idempotencyKey: scanKeyOf(cluster), openShard: scanShard, ...cluster, ...scan });
}

/** Items of an earlier version lack `incompleteSince`. */
type StoredScan = Omit<ClusterScan, 'cluster' | 'incompleteSince'> &
  Partial<Pick<ClusterScan, 'incompleteSince'>> &
  ClusterRef;

/** The progress of an item that {@link scanItem} made. */
export function scanOfItem(item: Item): ClusterScan {
  // Only `scanItem` makes these items.
  const stored = unmarshall(item) as StoredScan;
  const {
    accountId,
    region,
    clusterName,
    fence,
    leaseUntil,
    startedAt,
    endedAt,
    completedAt,
    firstCompletedAt,
    incompleteSince = null,
    failure,
  } = stored;
  const cluster = { accountId, region, clusterName };
  const times = { leaseUntil, startedAt, endedAt, completedAt, firstCompletedAt, incompleteSince };
  return { cluster, fence, ...times, failure };
}

/**
 * The put of the lease of an account and region, which returns what it replaces. It is in no index,
 * and never expires.
 */
export function accountReadsPut(TableName: string, next: AccountReads, now: number): PutItemCommandInput {
  const { accountId, region, runId, leaseUntil } = next;
  return {
    TableName,
    Item: marshall({ v: formatVersion, idempotencyKey: accountReadsKeyOf({ accountId, region }), runId, leaseUntil }),
    ConditionExpression: 'attribute_not_exists(idempotencyKey) OR (v = :v AND (runId = :runId OR leaseUntil <= :now))',
    ExpressionAttributeValues: marshall({ ':v': formatVersion, ':runId': runId, ':now': now }),
    ReturnValues: 'ALL_OLD',
  };
}

/** The lease of an item that {@link accountReadsPut} wrote. */
export function accountReadsOfItem(item: Item): Pick<AccountReads, 'runId' | 'leaseUntil'> {
  const { runId, leaseUntil } = unmarshall(item) as Pick<AccountReads, 'runId' | 'leaseUntil'>;
  return { runId, leaseUntil };
}

/** The parameters of the query of all progress. */
export function scansQuery(TableName: string) {
  return {
    TableName,
    IndexName: leaseIndex,
    KeyConditionExpression: 'openShard = :shard',
    FilterExpression: 'v = :v',
    ExpressionAttributeValues: marshall({ ':shard': scanShard, ':v': formatVersion }),
  };
}
