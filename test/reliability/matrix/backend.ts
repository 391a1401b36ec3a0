import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { readWorld } from '#eks-simulator';
import type { CaseClock } from './case-clock.ts';
import { makeEksLog } from './eks-log.ts';
import type { EksLog } from './eks-log.ts';
import type { HistoryReads, Implementation, Item, Tables } from './implementation.ts';

/** The backend of a case: simulated EKS and the tables. */
export interface Backend {
  readonly simulator: EksSimulator;
  readonly tables: Tables;
  readonly addresses: { readonly eks: string; readonly dynamoDb: string };
  /** What EKS had, recorded beside the implementation. */
  readonly eksLog: EksLog;
  /** How queries read the history; null if the implementation has none. */
  readonly history: HistoryReads | null;
  readonly items: (table: keyof Tables) => Promise<Item[]>;
  readonly put: (table: keyof Tables, item: Item) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Backends for the cases of one implementation. Tables are emptied and reused, because creating them is slow. */
export interface BackendPool {
  readonly open: (clock: CaseClock) => Promise<Backend>;
  readonly close: () => void;
}

const simulatorWorld = readWorld();
const keysOf: Readonly<Record<keyof Tables, readonly string[]>> = {
  idempotency: ['idempotencyKey', 'id'],
  audit: ['operationId', 'entryId'],
};

/** Creates the backends of an implementation. `dynamoDb` is the endpoint of DynamoDB. */
export function openBackends(implementation: Implementation, dynamoDb: string): BackendPool {
  const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: dynamoDb, region: 'eu-central-1', credentials });
  const free: Tables[] = [];

  const newTables = async (): Promise<Tables> => {
    const id = randomUUID();
    const tables = { idempotency: `idempotency-${id}`, audit: `audit-${id}` };
    await implementation.createTables(client, tables);
    return tables;
  };

  const open = async (clock: CaseClock): Promise<Backend> => {
    const tables = free.pop() ?? (await newTables());
    const simulator = await startEksSimulator({ world: simulatorWorld, clock: clock.now });
    return {
      simulator,
      tables,
      addresses: { eks: simulator.url, dynamoDb },
      eksLog: makeEksLog(),
      history: implementation.history?.(client, tables) ?? null,
      items: (table) => scan(client, tables[table]),
      put: async (table, item) => {
        await client.send(new PutItemCommand({ TableName: tables[table], Item: marshall(item) }));
      },
      close: async () => {
        await simulator.close();
        for (const table of ['idempotency', 'audit'] as const) await empty(client, tables[table], keysOf[table]);
        free.push(tables);
      },
    };
  };
  return { open, close: () => client.destroy() };
}

async function scan(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.map((item) => unmarshall(item));
}

/** Deletes all items. A case leaves fewer items than one page of a scan. */
async function empty(client: DynamoDBClient, TableName: string, keys: readonly string[]): Promise<void> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  for (let first = 0; first < Items.length; first += 25) {
    const requests = Items.slice(first, first + 25).map((item) => ({
      DeleteRequest: { Key: Object.fromEntries(keys.flatMap((key) => (item[key] ? [[key, item[key]]] : []))) },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  }
}
