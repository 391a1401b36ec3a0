import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ClusterRef } from '../../model/association.ts';
import type { ListedEnding } from '../association-ending.ts';
import type { StateSummary } from '../association-state.ts';
import { endingOf, keysIn } from './association-state.ts';
import type { StoredState } from './association-state.ts';
import type { Item } from './item.ts';
import { version } from './state-condition.ts';
import { clusterKeyOf, endingShards, targetOfAssociationKey } from '../keys.ts';
import { leaseIndex, stateIndex } from './tables.ts';

/** The parameters of the query of all states of a cluster. */
export function statesQuery(TableName: string, cluster: ClusterRef) {
  return {
    TableName,
    IndexName: stateIndex,
    KeyConditionExpression: 'clusterKey = :clusterKey',
    FilterExpression: 'v = :v',
    ExpressionAttributeValues: marshall({ ':clusterKey': clusterKeyOf(cluster), ...version }),
  };
}

/**
 * The parameters of the queries for the endings to examine: of those that were not warned of, and
 * of the others.
 */
export function endingQueries(
  TableName: string,
  { warnUntil, now }: { readonly warnUntil: number; readonly now: number },
) {
  const query = (shard: string, until: number) => ({
    TableName,
    IndexName: leaseIndex,
    KeyConditionExpression: 'openShard = :shard AND leaseUntil <= :until',
    FilterExpression: 'v = :v',
    ProjectionExpression: 'idempotencyKey, revision, ending, openShard, leaseUntil, observed.driftId',
    ExpressionAttributeValues: marshall({ ':shard': shard, ':until': until, ...version }),
  });
  return [query(endingShards.toWarn, warnUntil), query(endingShards.warned, now)];
}

/** The ending of an item of the lease index that {@link endingQueries} found. */
export function listedEndingOf(item: Item): ListedEnding {
  const stored = unmarshall(item) as StoredState & { readonly idempotencyKey: string };
  const { idempotencyKey, revision, observed } = stored;
  const ending = endingOf(stored);
  if (!ending) throw new Error(`The item ${idempotencyKey} is listed and has no ending.`);
  const hasDrift = (observed?.driftId ?? null) !== null;
  return { target: targetOfAssociationKey(idempotencyKey), revision, ending, hasDrift };
}

/** The summary of an item of the index. */
export function summaryOfItem(item: Item): StateSummary {
  const {
    idempotencyKey,
    revision,
    scannedRevision = null,
    scannedAt = null,
    isPresent,
    associationId,
    recordsInProgress,
  } = unmarshall(item);
  return {
    target: targetOfAssociationKey(idempotencyKey as string),
    revision: revision as number,
    scannedRevision: scannedRevision as number | null,
    scannedAt: scannedAt as number | null,
    isPresent: isPresent === true,
    associationId: (associationId as string | undefined) ?? null,
    recordsInProgress: keysIn(recordsInProgress as StoredState['recordsInProgress']),
  };
}
