import { paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { openTables } from './ledgers.ts';

/**
 * New tables with the items that the given ones have now: what a restore to this point in time makes. DynamoDB Local has no
 * restores of its own. The indexes are built from the items, as in AWS.
 */
export async function restoreTables(client: DynamoDBClient, names: TableNames) {
  const restored = await openTables();
  await copyItems(client, names.idempotencyTable, restored.names.idempotencyTable);
  await copyItems(client, names.auditTable, restored.names.auditTable);
  const tables = { client: restored.client, ...restored.names };
  const ledger = { ...makeDynamoDbLedger(tables), ...storedAssociationReads(dynamoDbItems(tables)) };
  return { ...restored, ledger };
}

async function copyItems(client: DynamoDBClient, from: string, to: string): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    for (const Item of Items) await client.send(new PutItemCommand({ TableName: to, Item }));
  }
}
