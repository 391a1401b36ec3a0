import { CreateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Names of the two tables. */
export interface BaselineTables {
  /** The table of Powertools. */
  readonly idempotency: string;
  readonly audit: string;
}

/**
 * Creates both tables and waits until they exist: the first as Powertools documents it, the second
 * with the key of the gateway's audit table.
 */
export async function createBaselineTables(client: DynamoDBClient, tables: BaselineTables): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: tables.idempotency,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: tables.audit,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'operationId', AttributeType: 'S' },
        { AttributeName: 'entryId', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'operationId', KeyType: 'HASH' },
        { AttributeName: 'entryId', KeyType: 'RANGE' },
      ],
    }),
  );
  for (const TableName of [tables.idempotency, tables.audit]) {
    await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 5 }, { TableName });
  }
  const TimeToLiveSpecification = { AttributeName: 'expiration', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: tables.idempotency, TimeToLiveSpecification }));
}
