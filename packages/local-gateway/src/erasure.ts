import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { personalAttribute } from '../../../src/ledger/dynamodb/item.ts';
import { failureOf } from '../../../src/ledger/dynamodb/request.ts';
import type { EntryKey } from '../../../src/ledger/entry-json.ts';

/** The erasure of personal data: the one change of a stored entry. */
export interface Erasure {
  /**
   * Removes the personal data of an entry. False: it has none, or they were erased before. Throws
   * `LedgerUnavailable`.
   */
  erasePersonalData(key: EntryKey): Promise<boolean>;
}

/**
 * The erasure in a table. The policy of the table lets one role do it, and change no other
 * attribute.
 */
export function dynamoDbErasure(client: DynamoDBClient, TableName: string): Erasure {
  return {
    async erasePersonalData({ operationId, entryId }) {
      const command = new UpdateItemCommand({
        TableName,
        Key: marshall({ operationId, entryId }),
        UpdateExpression: 'REMOVE #personal',
        // Otherwise, an item that does not exist would be created.
        ConditionExpression: 'attribute_exists(#personal)',
        ExpressionAttributeNames: { '#personal': personalAttribute },
      });
      try {
        await client.send(command);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw failureOf(error);
      }
    },
  };
}
