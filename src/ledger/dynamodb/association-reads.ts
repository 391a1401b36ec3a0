import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AssociationReads, FoundTargets, KeyRange } from '../association-history.ts';
import { mergeFound } from '../found-targets.ts';
import { stateKey, stateOfItem } from './association-state.ts';
import { versionOfItem } from './association-version.ts';
import { scanOfItem } from './cluster-scan.ts';
import { targetsOfAssociations } from './association-targets.ts';
import { getItem, getItems } from './read.ts';
import { orLedgerFailure } from './request.ts';
import { associationKeyOf, associationPrefix, clusterKeyOf, scanKeyOf, targetOfPlace } from '../keys.ts';
import { roleIndexes, stateIndex } from './tables.ts';
import { historyKeyOf, historyPrefix, placeOfVersionKey, versionPrefixOf } from '../version-keys.ts';
import type { TableNames } from './tables.ts';

/** What requests read of the states and the history, in the table of the idempotency records. */
export function makeDynamoDbAssociationReads({
  client,
  idempotencyTable,
}: { readonly client: DynamoDBClient } & Pick<TableNames, 'idempotencyTable'>): AssociationReads {
  const query = async (input: Omit<QueryCommandInput, 'TableName'>) =>
    await orLedgerFailure(client.send(new QueryCommand({ TableName: idempotencyTable, ...input })));
  const placesOf = async (
    source: KeySource,
    { from, to }: KeyRange,
    limit: number,
    placeOfKey: (key: string) => string,
  ): Promise<FoundTargets> => {
    const { index, attribute, value, prefix } = source;
    const { Items = [], LastEvaluatedKey } = await query({
      IndexName: index,
      KeyConditionExpression: '#key = :value AND idempotencyKey BETWEEN :from AND :to',
      ProjectionExpression: 'idempotencyKey',
      ExpressionAttributeNames: { '#key': attribute },
      // No key equals `to`.
      ExpressionAttributeValues: marshall({ ':value': value, ':from': `${prefix}${from}`, ':to': `${prefix}${to}` }),
      Limit: limit,
    });
    const places = new Set(Items.map(({ idempotencyKey }) => placeOfKey(idempotencyKey?.S ?? '')));
    return { targets: [...places].map(targetOfPlace), isComplete: LastEvaluatedKey === undefined };
  };

  return {
    targetsInCluster(cluster, range, limit) {
      const source = {
        index: stateIndex,
        attribute: 'clusterKey',
        value: clusterKeyOf(cluster),
        prefix: associationPrefix,
      };
      return placesOf(source, range, limit, (key) => key.slice(associationPrefix.length));
    },
    async targetsWithRole(roleArn, range, limit) {
      const found = Object.entries(roleIndexes).map(([index, attribute]) =>
        placesOf({ index, attribute, value: roleArn, prefix: historyPrefix }, range, limit, placeOfVersionKey),
      );
      return mergeFound(await Promise.all(found));
    },
    async getAssociationState(target) {
      const item = await getItem(client, idempotencyTable, stateKey(target));
      return item === null ? null : stateOfItem(item);
    },
    async getAssociationStates(targets) {
      const items = await getItems(client, idempotencyTable, targets.map(associationKeyOf));
      return items.map((item) => (item === null ? null : stateOfItem(item)));
    },
    targetsOfAssociations: (...query) => targetsOfAssociations(client, idempotencyTable, ...query),
    async readVersions(target, range, limit) {
      const isBefore = 'before' in range;
      const { Items = [] } = await query({
        IndexName: stateIndex,
        KeyConditionExpression: `clusterKey = :key AND idempotencyKey ${isBefore ? '<' : '>='} :place`,
        ExpressionAttributeValues: marshall({
          ':key': historyKeyOf(target),
          ':place': `${versionPrefixOf(target)}${isBefore ? range.before : range.from}`,
        }),
        ScanIndexForward: !isBefore,
        Limit: limit,
      });
      return Items.map(versionOfItem);
    },
    async getClusterScans(clusters) {
      const items = await getItems(client, idempotencyTable, clusters.map(scanKeyOf));
      return items.map((item) => (item === null ? null : scanOfItem(item)));
    },
  };
}

/**
 * Where a list of keys comes from: an index, its hash key and its value, and how the keys begin.
 */
interface KeySource {
  readonly index: string;
  readonly attribute: string;
  readonly value: string;
  readonly prefix: string;
}
