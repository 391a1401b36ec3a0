import { BatchWriteItemCommand, ResourceNotFoundException, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { closeAtEnd } from './left-open.ts';

/** Tables with a client for them. `close` deletes them and closes the client. */
interface Tables {
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  readonly close: () => Promise<void>;
}

/** Empty tables of this test file. */
const free: Tables[] = [];

/**
 * Takes empty tables, or new ones: DynamoDB Local works for a quarter of a second to create and delete a pair. `giveBack` empties
 * them for the next test, or deletes those with many items. At the end of the file all are deleted.
 */
export async function takeTables(open: () => Promise<Tables>) {
  const tables = free.pop() ?? (await openUntilEnd(open));
  const giveBack = async () => {
    if (await empty(tables)) free.push(tables);
    else await tables.close();
  };
  return { names: tables.names, giveBack };
}

async function openUntilEnd(open: () => Promise<Tables>): Promise<Tables> {
  const tables = await open();
  return { ...tables, close: closeAtEnd(tables.close) };
}

/** Deletes all items. Returns false if there are too many, or if the end of the file has deleted the tables. */
async function empty({ client, names }: Tables): Promise<boolean> {
  try {
    const records = await emptyTable(client, names.idempotencyTable, ['idempotencyKey']);
    return records && (await emptyTable(client, names.auditTable, ['operationId', 'entryId']));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

async function emptyTable(client: DynamoDBClient, TableName: string, keys: readonly string[]): Promise<boolean> {
  const scan = { TableName, ConsistentRead: true, ProjectionExpression: keys.join(', '), Limit: 200 };
  const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand(scan));
  if (LastEvaluatedKey !== undefined) return false;
  // DynamoDB accepts 25 writes at a time.
  for (let start = 0; start < Items.length; start += 25) {
    const writes = Items.slice(start, start + 25).map((Key) => ({ DeleteRequest: { Key } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }));
  }
  return true;
}
