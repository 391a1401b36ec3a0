import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TableNames } from '../../../src/ledger/dynamodb/tables.ts';
import type { RecordFact } from '../facts.ts';
import { storedLedger } from '../processes/stored-ledger.ts';
import { textsOf } from '../stored.ts';
import type { StoredLedger } from '../processes/stored-ledger.ts';

/** What an item about a service account says of work that is not over, by the names of its attributes. */
export interface StateItem {
  readonly serviceAccount: string;
  /** Keys of records in progress. */
  readonly inProgress: readonly string[];
  /** Without those of which the state says that they are closed: it keeps them while in doubt. */
  readonly openOperations: readonly string[];
  /** When it ends; null: never, or the expiry is suspended. */
  readonly endsAt: number | null;
}

/** The items of the tables of a storm. */
export interface TableItems {
  readonly ledger: StoredLedger;
  readonly states: readonly StateItem[];
}

/** Reads all items, without any of the gateway's code. */
export async function readTables(client: DynamoDBClient, names: TableNames): Promise<TableItems> {
  const items = await allItems(client, names.idempotencyTable);
  const entries = (await allItems(client, names.auditTable)).filter(({ entry }) => entry !== undefined);
  return {
    ledger: storedLedger({
      entries: entries.sort(byEntryId).map(textsOf),
      records: items.filter(({ fingerprint }) => fingerprint !== undefined) as unknown as RecordFact[],
      approvals: items.flatMap(({ approval }) => (typeof approval === 'string' ? [approval] : [])),
    }),
    states: items.filter(({ idempotencyKey }) => String(idempotencyKey).startsWith('association/')).map(stateOf),
  };
}

type Item = Readonly<Record<string, unknown>>;

async function allItems(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...Items.map((item) => unmarshall(item)));
  }
  return items;
}

function byEntryId({ entryId: one }: Item, { entryId: other }: Item): number {
  return String(one) < String(other) ? -1 : 1;
}

const openPrefix = 'operation ';

/** An operation without the attribute counts as open. */
function isOpen(operation: unknown): boolean {
  const { closedAt = null } = operation as Readonly<Record<string, unknown>>;
  return closedAt === null;
}

function stateOf(item: Item): StateItem {
  const { idempotencyKey, recordsInProgress, ending } = item;
  const { expiresAt = null, suspendedFor = null } = (ending ?? {}) as Readonly<Record<string, unknown>>;
  return {
    serviceAccount: String(idempotencyKey).split('/').slice(-3).join('/'),
    inProgress: recordsInProgress instanceof Set ? [...recordsInProgress].map(String) : [],
    openOperations: Object.entries(item).flatMap(([name, value]) =>
      name.startsWith(openPrefix) && isOpen(value) ? [name.slice(openPrefix.length)] : [],
    ),
    endsAt: typeof expiresAt === 'string' && suspendedFor === null ? Date.parse(expiresAt) : null,
  };
}
