import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { failureOf, orLedgerFailure } from '../ledger/dynamodb/request.ts';
import { contentOf, versionItem, versionOf, versionsKey, policiesItem, policiesKey } from './item.ts';
import type { Item } from './item.ts';
import type { PolicyStore } from './store.ts';

/**
 * A {@link PolicyStore} in a DynamoDB table (`table.ts`). Create the client with
 * `dynamoDbClientDefaults`.
 */
export function makeDynamoDbStore(client: DynamoDBClient, TableName: string): PolicyStore {
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
    async versions(limit) {
      const query = new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'itemKey = :versions',
        ExpressionAttributeValues: marshall({ ':versions': versionsKey }),
        ScanIndexForward: false,
        Limit: limit,
      });
      const { Items = [] } = await orLedgerFailure(client.send(query));
      return Items.map(versionOf);
    },
    async getVersion(number) {
      const item = await get({ itemKey: versionsKey, itemNumber: number });
      return item && versionOf(item).version;
    },
    async getPolicies(hash) {
      const item = await get(policiesKey(hash));
      return item && { hash, content: contentOf(item) };
    },
    async putPolicies(version) {
      await create(policiesItem(version));
    },
    async putVersion(version) {
      // The client sends a put again whose answer was lost, and then finds its own version.
      return isDeepStrictEqual(versionOf(await create(versionItem(version))).version, version);
    },
    close() {
      client.destroy();
    },
  };
}
