import { createHash } from 'node:crypto';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { orLedgerFailure } from '../ledger/dynamodb/request.ts';

/** Where compiled versions are. The methods throw `LedgerUnavailable`. */
export interface CompiledStore {
  /** The content with this key; null if there is none. Throws an Error if it is not whole. */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * When the content with this key is deleted, in seconds since the epoch; null if there is none.
   */
  expiresAt(key: string): Promise<number | null>;
  /** Stores a content, in place of an earlier one. */
  put(key: string, content: Uint8Array, expiresAt: number): Promise<void>;
}

/** The most bytes of a part: an item of DynamoDB has at most 400 KB, with its other attributes. */
const maxPartBytes = 390_000;

/**
 * A {@link CompiledStore} in a DynamoDB table. The item of a key has the first part of its content,
 * its hash and the number of its parts. The others are found by the hash too, and stored before, so
 * that parts of two contents that are stored at the same time are never read as one.
 */
export function makeDynamoDbCompiledStore(
  client: DynamoDBClient,
  TableName: string,
  partBytes = maxPartBytes,
): CompiledStore {
  const getItem = async (itemKey: string, number: number, attribute?: string) => {
    const Key = { itemKey: { S: itemKey }, itemNumber: { N: String(number) } };
    const projection = attribute === undefined ? {} : projectionOf(attribute);
    const { Item } = await orLedgerFailure(client.send(new GetItemCommand({ TableName, Key, ...projection })));
    return Item ?? null;
  };
  const putItem = async (itemKey: string, number: number, attributes: Record<string, AttributeValue>) => {
    const Item = { itemKey: { S: itemKey }, itemNumber: { N: String(number) }, ...attributes };
    await orLedgerFailure(client.send(new PutItemCommand({ TableName, Item })));
  };
  return {
    async get(key) {
      const head = await getItem(key, 0);
      if (head === null) return null;
      const hash = head.hash?.S ?? '';
      const others = Array.from({ length: Number(head.parts?.N) - 1 }, (_, index) =>
        getItem(partsKey(key, hash), index + 1),
      );
      const parts = [head, ...(await Promise.all(others))].flatMap((item) => item?.content?.B ?? []);
      const content = Buffer.concat(parts);
      if (sha256(content) !== hash) throw new Error(`The content of ${key} is not whole.`);
      return content;
    },
    async expiresAt(key) {
      const head = await getItem(key, 0, 'ttl');
      return head && Number(head.ttl?.N);
    },
    async put(key, content, expiresAt) {
      const hash = sha256(content);
      const parts = Math.max(1, Math.ceil(content.length / partBytes));
      const attributesOf = (number: number) => ({
        content: { B: content.subarray(number * partBytes, (number + 1) * partBytes) },
        ttl: { N: String(expiresAt) },
      });
      for (let number = 1; number < parts; number += 1) {
        await putItem(partsKey(key, hash), number, attributesOf(number));
      }
      await putItem(key, 0, { ...attributesOf(0), hash: { S: hash }, parts: { N: String(parts) } });
    },
  };
}

/** Under what the parts of a content after the first are. */
function partsKey(key: string, hash: string): string {
  return `${key}/${hash}`;
}

function projectionOf(attribute: string) {
  return { ProjectionExpression: '#attribute', ExpressionAttributeNames: { '#attribute': attribute } };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
