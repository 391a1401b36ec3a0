import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { failureOf, orLedgerFailure } from '../ledger/dynamodb-request.ts';
import { contentOf, releaseItem, releaseOf, releasesKey, versionItem, versionKey } from './item.ts';
import type { Item } from './item.ts';
import type { PolicyStore } from './store.ts';

/** A {@link PolicyStore} in a DynamoDB table (`table.ts`). Create the client with `dynamoDbClientDefaults`. */
export function createDynamoDbStore(client: DynamoDBClient, TableName: string): PolicyStore {
  /** Puts an item unless its key exists. Gives the item of the key that is stored then. */
  const create = async (item: Item): Promise<Item> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: item,
          ConditionExpression: 'attribute_not_exists(itemKey)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return item;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error.Item ?? {};
      throw failureOf(error);
    }
  };
  const get = async (key: object): Promise<Item | null> => {
    const command = new GetItemCommand({ TableName, Key: marshall(key), ConsistentRead: true });
    return (await orLedgerFailure(client.send(command))).Item ?? null;
  };
  return {
    async releases(limit) {
      const query = new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'itemKey = :releases',
        ExpressionAttributeValues: marshall({ ':releases': releasesKey }),
        ScanIndexForward: false,
        Limit: limit,
      });
      const { Items = [] } = await orLedgerFailure(client.send(query));
      return Items.map(releaseOf);
    },
    async getRelease(number) {
      const item = await get({ itemKey: releasesKey, itemNumber: number });
      return item && releaseOf(item).release;
    },
    async getVersion(hash) {
      const item = await get(versionKey(hash));
      return item && { hash, content: contentOf(item) };
    },
    async putVersion(version) {
      await create(versionItem(version));
    },
    async putRelease(release) {
      // The client sends a put again whose answer was lost, and then finds its own release.
      return isDeepStrictEqual(releaseOf(await create(releaseItem(release))).release, release);
    },
    close() {
      client.destroy();
    },
  };
}
