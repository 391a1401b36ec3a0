import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { readWorld } from '#eks-simulator';
import type { CaseClock } from './case-clock.ts';
import type { Contender, Item, Tables } from './contender.ts';

/** What is around the processes of a case: EKS, and the tables. */
export interface World {
  readonly simulator: EksSimulator;
  readonly tables: Tables;
  readonly addresses: { readonly eks: string; readonly dynamoDb: string };
  readonly items: (table: keyof Tables) => Promise<Item[]>;
  readonly close: () => Promise<void>;
}

/** Worlds for the cases of one contender; its tables are emptied and used again, because to make them takes long. */
export interface Worlds {
  readonly open: (clock: CaseClock) => Promise<World>;
  readonly close: () => void;
}

const roles = readWorld();
const keysOf: Readonly<Record<keyof Tables, readonly string[]>> = {
  tokens: ['idempotencyKey', 'id'],
  audit: ['operationId', 'entryId'],
};

export function openWorlds(contender: Contender, dynamoDb: string): Worlds {
  const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: dynamoDb, region: 'eu-central-1', credentials });
  const free: Tables[] = [];

  const newTables = async (): Promise<Tables> => {
    const id = randomUUID();
    const tables = { tokens: `tokens-${id}`, audit: `audit-${id}` };
    await contender.createTables(client, tables);
    return tables;
  };

  const open = async (clock: CaseClock): Promise<World> => {
    const tables = free.pop() ?? (await newTables());
    const simulator = await startEksSimulator({ world: roles, clock: clock.now });
    return {
      simulator,
      tables,
      addresses: { eks: simulator.url, dynamoDb },
      items: (table) => scan(client, tables[table]),
      close: async () => {
        await simulator.close();
        for (const table of ['tokens', 'audit'] as const) await empty(client, tables[table], keysOf[table]);
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

/** A case leaves far fewer items than a page of a scan, or a batch of 25 twice, holds. */
async function empty(client: DynamoDBClient, TableName: string, keys: readonly string[]): Promise<void> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  for (let first = 0; first < Items.length; first += 25) {
    const requests = Items.slice(first, first + 25).map((item) => ({
      DeleteRequest: { Key: Object.fromEntries(keys.flatMap((key) => (item[key] ? [[key, item[key]]] : []))) },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  }
}
