import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';
import { queryAll } from './read.ts';
import { statesQuery } from './state-queries.ts';
import { targetOfAssociationKey } from '../keys.ts';

/**
 * As `AssociationReads`: the index has no key for the id of an association, so DynamoDB filters the
 * states of the cluster.
 */
export async function targetsOfAssociations(
  client: DynamoDBClient,
  table: string,
  cluster: ClusterRef,
  associationIds: readonly string[],
): Promise<AssociationTarget[]> {
  const query = statesQuery(table, cluster);
  const ids = Object.fromEntries([...new Set(associationIds)].map((id, index) => [`:id${index}`, id]));
  const items = await queryAll(client, allItems, {
    ...query,
    FilterExpression: `${query.FilterExpression} AND associationId IN (${Object.keys(ids).join(', ')})`,
    ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ...marshall(ids) },
    ProjectionExpression: 'idempotencyKey',
  });
  return items.map(({ idempotencyKey }) => targetOfAssociationKey(idempotencyKey?.S ?? ''));
}

/** More than a cluster can have. */
const allItems = 1_000_000;
