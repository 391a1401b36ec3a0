import { randomUUID } from 'node:crypto';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { recordItem } from '../src/ledger/stored/record.ts';
import { leaseIndex } from '../src/ledger/stored/tables.ts';
import { unitBytes } from './prices.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** What requests consumed. */
export interface Consumption {
  readonly dynamoDbCalls: number;
  /** Write units in the tables and in their indexes. */
  readonly tableUnits: number;
  readonly indexUnits: number;
  readonly readUnits: number;
}

/** Consumption as a function of each kind. */
export function eachKind(of: (kind: keyof Consumption) => number): Consumption {
  return {
    dynamoDbCalls: of('dynamoDbCalls'),
    tableUnits: of('tableUnits'),
    indexUnits: of('indexUnits'),
    readUnits: of('readUnits'),
  };
}

/** By what to multiply the units that DynamoDB Local reports for a transaction. */
interface Corrections {
  readonly table: number;
  readonly index: number;
}

/**
 * The units that AWS charges for an item of up to 1 KB in a transaction: see `docs/cost.md`.
 */
const chargedInTransaction = { table: 2, index: 1 };

/** A client of DynamoDB Local. */
export function localClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
}

/**
 * A client whose requests ask for their capacity, which is reported. DynamoDB Local's units of
 * transactions are corrected to those of AWS. The answer to a failed condition has no units: for a
 * cancelled transaction, those of its items in the tables are reported, which AWS charges.
 */
export async function meteredClient(
  endpoint: string,
  report: (consumed: Partial<Consumption>) => void,
): Promise<DynamoDBClient> {
  const corrections = await measureCorrections(endpoint);
  const client = localClient(endpoint);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (/(Table|TimeToLive)Command$/.test(commandName)) return next(args);
        report({ dynamoDbCalls: 1 });
        const { TransactItems, Item, UpdateExpression } = args.input as Input;
        const factors = TransactItems ? corrections : { table: 1, index: 1 };
        const isWrite = (TransactItems ?? Item ?? UpdateExpression) !== undefined;
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } });
          const { ConsumedCapacity: consumed = [] } = result.output as {
            readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
          };
          for (const { Table, GlobalSecondaryIndexes = {} } of [consumed].flat()) {
            const tableUnits = (Table?.CapacityUnits ?? 0) * factors.table;
            const indexUnits =
              Object.values(GlobalSecondaryIndexes).reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0) *
              factors.index;
            report(isWrite ? { tableUnits, indexUnits } : { readUnits: tableUnits + indexUnits });
          }
          return result;
        } catch (error) {
          const items =
            TransactItems?.map(({ Put, Update }) => Put?.Item ?? Update?.ExpressionAttributeValues ?? {}) ??
            (Item === undefined ? [] : [Item]);
          const factor = TransactItems ? chargedInTransaction.table : 1;
          for (const item of items) report({ tableUnits: Math.ceil(itemBytes(item) / unitBytes) * factor });
          throw error;
        }
      },
    { step: 'initialize' },
  );
  return client;
}

/** The parameters of a write that the gateway's ledger sends. */
interface Input {
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  /** Of an update, the values are counted: what it adds to its item. */
  readonly TransactItems?: readonly {
    readonly Put?: { readonly Item: Item };
    readonly Update?: { readonly ExpressionAttributeValues: Item };
  }[];
}

/**
 * The size of an item as DynamoDB counts it: names and values in UTF-8 ("DynamoDB item sizes and
 * formats" in its guide).
 */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes({ S, N, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (L !== undefined) return 3 + L.reduce((sum, value) => sum + 1 + valueBytes(value), 0);
  if (M !== undefined) return 3 + itemBytes(M) + Object.keys(M).length;
  return 1;
}

/**
 * Measures what DynamoDB Local reports for an item of up to 1 KB in a transaction, in a table and
 * in an index: some of its versions report 4 for both.
 */
async function measureCorrections(endpoint: string): Promise<Corrections> {
  const client = localClient(endpoint);
  const id = randomUUID();
  const names = { idempotencyTable: `calibration-records-${id}`, auditTable: `calibration-entries-${id}` };
  await createTables(client, names);
  const { idempotencyTable: TableName } = names;
  const Item = marshall(recordItem(exampleRecord));
  const { ConsumedCapacity: [consumed] = [] } = await client.send(
    new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item } }], ReturnConsumedCapacity: 'INDEXES' }),
  );
  client.destroy();
  const table = consumed?.Table?.CapacityUnits;
  const index = consumed?.GlobalSecondaryIndexes?.[leaseIndex]?.CapacityUnits;
  if (!table || !index) throw new Error('DynamoDB Local reports no units for a transaction.');
  return { table: chargedInTransaction.table / table, index: chargedInTransaction.index / index };
}

const exampleRecord = {
  idempotencyKey: '0'.repeat(64),
  operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
  operationId: '01JD0000000000000000000000',
  fence: 1,
  state: 'IN_PROGRESS',
  fingerprint: '0'.repeat(64),
  startedAt: 1,
  leaseUntil: 1,
  inDoubtUntil: 1,
  retainUntil: null,
  modifiedAtBefore: null,
  inDoubtOperationIds: [],
  result: null,
} as const;
