import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { recordItem } from '../src/ledger/dynamodb-item.ts';
import { auditIndexes, createTables, leaseIndex } from '../src/ledger/tables.ts';
import type { TableNames } from '../src/ledger/tables.ts';
import { randomUUID } from 'node:crypto';

type Item = Readonly<Record<string, AttributeValue>>;

/** Units that a request consumed of one key of a table or an index. */
export interface Consumption {
  readonly table: 'idempotency' | 'audit';
  /** Null: the table itself. */
  readonly index: string | null;
  readonly kind: 'read' | 'write';
  /** Value of the partition key. */
  readonly key: string;
  readonly units: number;
}

/** What a meter is told. */
export interface CapacityReport {
  /** A call, before it is sent: e.g. `PutItem`. */
  readonly called: (operation: string) => void;
  readonly consumed: (consumption: Consumption) => void;
  /** An item of a write, with its size in bytes as DynamoDB counts it, before the write is sent. */
  readonly writing: (table: Consumption['table'], bytes: number) => void;
}

/** By what to multiply the units that DynamoDB Local reports for a transaction. */
interface Corrections {
  readonly table: number;
  readonly index: number;
}

/** The units that AWS charges for an item of up to 1 KB in a transaction: see `docs/performance.md`, Cost. */
const chargedInTransaction = { table: 2, index: 1 };

/** Bytes of a write unit. */
const unitBytes = 1_024;

/** A client of DynamoDB Local. */
export function localClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
}

/**
 * A client whose requests ask for their capacity, which is reported by key. DynamoDB Local's units of transactions are corrected to
 * those of AWS. The answer to a failed condition has no units: for a cancelled transaction, those of its items in the tables are
 * reported, which AWS charges.
 */
export async function meteredClient(endpoint: string, names: TableNames, report: CapacityReport) {
  const corrections = await measureCorrections(endpoint);
  const client = localClient(endpoint);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, '');
        if (operation.endsWith('Table') || operation.endsWith('TimeToLive')) return next(args);
        const command = commandOf(args.input as Input, operation, names, corrections);
        report.called(operation);
        for (const { table, item } of command.items) report.writing(table, itemBytes(item));
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } });
          const { ConsumedCapacity: consumed = [] } = result.output as {
            readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
          };
          for (const one of [consumed].flat()) command.consumptions(one).forEach(report.consumed);
          return result;
        } catch (error) {
          command.consumptionsOfFailure().forEach(report.consumed);
          throw error;
        }
      },
    { step: 'initialize' },
  );
  return client;
}

interface Put {
  readonly TableName: string;
  readonly Item: Item;
}

/** The parameters that the gateway's ledger sends. */
interface Input {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly TransactItems?: readonly { readonly Put: Put }[];
  readonly ExpressionAttributeValues?: Item;
}

/** A command of the ledger: the items that it writes, and whose units an answer has. */
function commandOf(input: Input, operation: string, names: TableNames, corrections: Corrections) {
  const isTransaction = operation === 'TransactWriteItems';
  const puts: readonly Put[] = isTransaction
    ? (input.TransactItems ?? []).map((one) => one.Put)
    : input.Item === undefined || input.TableName === undefined
      ? []
      : [{ TableName: input.TableName, Item: input.Item }];
  const tableOf = (name: string | undefined) => (name === names.auditTable ? 'audit' : 'idempotency');
  const items = puts.map(({ TableName, Item }) => ({ table: tableOf(TableName), item: Item }) as const);
  const kind = items.length > 0 ? 'write' : 'read';

  /** Shares units among the keys that consumed them. */
  const share = (table: Consumption['table'], index: string | null, units: number): Consumption[] => {
    const written = items.filter((one) => one.table === table).map(({ item }) => keyOf(table, index, item));
    const keys = kind === 'read' ? [readKey(input)] : written.filter((key) => key !== null);
    return keys.map((key) => ({ table, index, kind, key, units: units / keys.length }));
  };

  return {
    items,
    consumptions: ({ TableName, Table, GlobalSecondaryIndexes: indexes = {} }: ConsumedCapacity): Consumption[] => {
      const table = tableOf(TableName);
      const factors = isTransaction ? corrections : { table: 1, index: 1 };
      return [
        ...(Table?.CapacityUnits === undefined ? [] : share(table, null, Table.CapacityUnits * factors.table)),
        ...Object.entries(indexes).flatMap(([index, { CapacityUnits: units = 0 }]) =>
          share(table, index, units * factors.index),
        ),
      ];
    },
    consumptionsOfFailure: (): Consumption[] =>
      items.flatMap(({ table, item }) => {
        const units = Math.ceil(itemBytes(item) / unitBytes) * (isTransaction ? chargedInTransaction.table : 1);
        const key = keyOf(table, null, item);
        return key === null ? [] : [{ table, index: null, kind: 'write' as const, key, units }];
      }),
  };
}

/** The partition key of an item in a table or an index; null if it is not in that index. */
function keyOf(table: Consumption['table'], index: string | null, item: Item): string | null {
  if (index === null) return (table === 'audit' ? item.operationId?.S : item.idempotencyKey?.S) ?? null;
  // A record that is completed leaves the index, and no longer has its key: the first digit of its own.
  if (index === leaseIndex) return item.openShard?.S ?? item.idempotencyKey?.S?.slice(0, 1) ?? null;
  return item[auditIndexes[index as keyof typeof auditIndexes]]?.S ?? null;
}

/** The partition key of a read: its key, or the first value of its key condition. */
function readKey({ Key, ExpressionAttributeValues: values = {} }: Input): string {
  const [first] = Object.values(Key ?? values);
  return first?.S ?? '';
}

/** The size of an item as DynamoDB counts it: names and values in UTF-8 ("DynamoDB item sizes and formats" in its guide). */
function itemBytes(item: Item): number {
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
 * Measures what DynamoDB Local reports for an item of up to 1 KB in a transaction, in a table and in an index: some of its versions
 * report 4 for both.
 */
async function measureCorrections(endpoint: string): Promise<Corrections> {
  const client = localClient(endpoint);
  const id = randomUUID();
  const names = { idempotencyTable: `calibration-records-${id}`, auditTable: `calibration-entries-${id}` };
  await createTables(client, names);
  const { idempotencyTable: TableName } = names;
  const Item = { ...recordItem(exampleRecord) };
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
  expiresAt: null,
  modifiedAtBefore: null,
  inDoubtOperationIds: [],
  result: null,
} as const;
