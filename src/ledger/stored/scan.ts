import type { ClusterRef } from '../../model/association.ts';
import type { AccountReads, ClusterScan } from '../cluster-scan.ts';
import { supported } from './record.ts';
import { formatVersion } from '../format.ts';
import { absent, allOf, anyOf, equals, lessOrEqual } from './items.ts';
import type { Item, ItemQuery, Put } from './items.ts';
import { accountReadsKeyOf, scanKeyOf, scanShard } from './keys.ts';
import { leaseIndex } from './tables.ts';

/**
 * The put of the progress of a cluster over that with a fence; 0: none. An item of another version
 * is not replaced.
 */
export function scanPut(fence: number, next: ClusterScan): Put {
  const condition = fence === 0 ? absent('idempotencyKey') : allOf(equals('fence', fence), supported);
  return { kind: 'put', table: 'idempotency', item: scanItem(next), condition };
}

/** Progress as an item. It is in the lease index, in a shard of its own, and never expires. */
export function scanItem({ cluster, ...scan }: ClusterScan): Item {
  return { v: formatVersion, idempotencyKey: scanKeyOf(cluster), openShard: scanShard, ...cluster, ...scan };
}

/** Items of an earlier version lack `incompleteSince`. */
type StoredScan = Omit<ClusterScan, 'cluster' | 'incompleteSince'> &
  Partial<Pick<ClusterScan, 'incompleteSince'>> &
  ClusterRef;

/** The progress of an item that {@link scanItem} made. */
export function scanOfItem(item: Item): ClusterScan {
  // Only `scanItem` makes these items.
  const stored = item as Item & StoredScan;
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
    listed,
    missing,
    gone,
  } = stored;
  const cluster = { accountId, region, clusterName };
  const times = { leaseUntil, startedAt, endedAt, completedAt, firstCompletedAt, incompleteSince };
  const found = { ...(listed && { listed }), ...(missing && { missing }), ...(gone && { gone }) };
  return { cluster, fence, ...times, failure, ...found };
}

/** The put of the lease of an account and region. It is in no index, and never expires. */
export function accountReadsPut(next: AccountReads, now: number): Put {
  const isFree = anyOf(equals('runId', next.runId), lessOrEqual('leaseUntil', now));
  const condition = anyOf(absent('idempotencyKey'), allOf(supported, isFree));
  return { kind: 'put', table: 'idempotency', item: accountReadsItem(next), condition };
}

/** The lease as an item. */
export function accountReadsItem({ accountId, region, runId, leaseUntil }: AccountReads): Item {
  return { v: formatVersion, idempotencyKey: accountReadsKeyOf({ accountId, region }), runId, leaseUntil };
}

/** The lease of an item that {@link accountReadsItem} made. */
export function accountReadsOfItem(item: Item): Pick<AccountReads, 'runId' | 'leaseUntil'> {
  const { runId, leaseUntil } = item as Item & Pick<AccountReads, 'runId' | 'leaseUntil'>;
  return { runId, leaseUntil };
}

/** The query for all progress. */
export const scansQuery: ItemQuery = {
  table: 'idempotency',
  index: leaseIndex,
  hash: scanShard,
  filter: supported,
};
