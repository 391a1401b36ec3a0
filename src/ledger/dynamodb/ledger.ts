import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sdkMeter } from '../../runtime/sdk-meter.ts';
import type { Ledger } from '../ledger.ts';
import { storedLedger } from '../stored/ledger.ts';
import { dynamoDbTransactedItems } from './items.ts';
import { isThrottling, tableCheck } from './request.ts';
import type { TableNames } from './tables.ts';

/**
 * A ledger in two DynamoDB tables (`tables.ts`). A commit is one TransactWriteItems, an append one
 * PutItem. Create the client with `dynamoDbClientDefaults`: the ledger has no timeouts of its own.
 *
 * In addition to the errors of {@link Ledger}, a method throws the exception of DynamoDB for an
 * invalid request to tables of this version, which means a bug.
 */
export function makeDynamoDbLedger(tables: ClientAndTables): Ledger {
  const { client, ...names } = tables;
  checkTables(client, names);
  return ledgerOn(tables);
}

/** Two DynamoDB tables. */
export type ClientAndTables = { readonly client: DynamoDBClient } & TableNames;

/** Lets a client count its calls, and compare the tables where one of these is invalid. */
export function checkTables(client: DynamoDBClient, names: TableNames): void {
  client.middlewareStack.use(sdkMeter({ dependency: 'dynamoDb', isThrottling }));
  client.middlewareStack.use(tableCheck(client, names));
}

/**
 * The ledger on a client that shares the middleware of one with which {@link makeDynamoDbLedger}
 * was called.
 */
export function ledgerOn(tables: ClientAndTables): Ledger {
  return { ...storedLedger(dynamoDbTransactedItems(tables)), close: () => tables.client.destroy() };
}
