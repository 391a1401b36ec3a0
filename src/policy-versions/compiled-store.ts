import { createHash } from 'node:crypto';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { orLedgerFailure } from '../ledger/dynamodb-request.ts';

/** Where compiled versions are. The methods throw `LedgerUnavailable`. */
export interface CompiledStore {
  /** The content with this key; null if there is none, or if its parts are not those of one content. */
  get(key: string): Promise<Uint8Array | null>;
  /** When the content with this key is deleted, in seconds since the epoch; null if there is none. */
  expiresAt(key: string): Promise<number | null>;
  /** Stores a content, in place of an earlier one. */
  put(key: string, content: Uint8Array, expiresAt: number): Promise<void>;
}

/** The most bytes of a part: an item of DynamoDB has at most 400 KB, with its other attributes. */
const maxPartBytes = 390_000;

/**
 * A {@link CompiledStore} in a DynamoDB table. A content is split into items by `itemNumber`. The first one has its hash and the number of its parts, and is put last, so
 * that what is read is one content or none, whoever puts others at the same time.
 */
export function makeDynamoDbCompiledStore(client: DynamoDBClient, TableName: string): CompiledStore {
  const getItem = async (key: string, number: number, attributes?: string) => {
    const Key = { itemKey: { S: key }, itemNumber: { N: String(number) } };
    const projection = attributes === undefined ? {} : projectionOf(attributes);
    const { Item } = await orLedgerFailure(client.send(new GetItemCommand({ TableName, Key, ...projection })));
    return Item ?? null;
  };
  return {
    async get(key) {
      const head = await getItem(key, 0);
      if (head === null) return null;
      const others = Array.from({ length: Number(head.parts?.N) - 1 }, (_, index) => getItem(key, index + 1));
      const parts = [head, ...(await Promise.all(others))].map((item) => item?.content?.B);
      const content = Buffer.concat(parts.flatMap((part) => part ?? []));
      return sha256(content) === head.hash?.S ? content : null;
    },
    async expiresAt(key) {
      const head = await getItem(key, 0, 'ttl');
      return head && Number(head.ttl?.N);
    },
    async put(key, content, expiresAt) {
      const count = Math.max(1, Math.ceil(content.length / maxPartBytes));
      for (let number = count - 1; number >= 0; number -= 1) {
        const part = content.subarray(number * maxPartBytes, (number + 1) * maxPartBytes);
        const head = { parts: { N: String(count) }, hash: { S: sha256(content) } };
        const Item: Record<string, AttributeValue> = {
          itemKey: { S: key },
          itemNumber: { N: String(number) },
          content: { B: part },
          ttl: { N: String(expiresAt) },
          ...(number === 0 ? head : {}),
        };
        await orLedgerFailure(client.send(new PutItemCommand({ TableName, Item })));
      }
    },
  };
}

function projectionOf(attribute: string) {
  return { ProjectionExpression: '#attribute', ExpressionAttributeNames: { '#attribute': attribute } };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
