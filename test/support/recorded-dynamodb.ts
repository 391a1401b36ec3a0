import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { storedApprovals } from '../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { startAnsweringServer } from './answering-server.ts';
import type { SeenRequest } from './answering-server.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from './ledgers.ts';
import type { SimulatedRequest } from './simulate.ts';

/** The hash keys of the tables, of which IAM knows the values as `dynamodb:LeadingKeys`. */
const hashKeys = ['idempotencyKey', 'operationId'] as const;

type Item = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** A part of a request that concerns one item, or several of one table by their keys. */
interface Part {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

interface Call extends Part {
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly TransactItems?: readonly Readonly<Record<string, Part>>[];
}

/**
 * A server that sends requests on to DynamoDB, and notes them as IAM sees them.
 *
 * @param arnOf the ARN of a table in the deployment, by its name here
 */
export async function openRecorder(arnOf: (table: string) => string) {
  const server = await startAnsweringServer((response, { headers, body }) => void forward(response, headers, body));
  const requests = () => server.seen.flatMap((seen) => requestsOf(seen, arnOf));
  return {
    endpoint: server.endpoint,
    stop: server.stop,
    /** Those since the start, or since `clear`. */
    requests,
    /** The same, with their actions and indexes, each once. */
    sent: () => {
      const seen = requests();
      const actions = new Set(seen.map(({ action }) => action.replace('dynamodb:', '')));
      const indexes = new Set(seen.flatMap(({ resource }) => /index\/(.*)/.exec(resource)?.[1] ?? []));
      return { requests: seen, actions: [...actions].sort(), indexes: [...indexes].sort() };
    },
    clear: () => void server.seen.splice(0),
  };
}

/** Tables of their own, and all that functions store and read in them, by requests that a recorder notes. */
export async function openRecordedTables(arnOf: (table: keyof TableNames) => string) {
  const tables = await openTables();
  const isAudit = (name: string) => name === tables.names.auditTable;
  const recorder = await openRecorder((name) => arnOf(isAudit(name) ? 'auditTable' : 'idempotencyTable'));
  const stores = { client: dynamoDbClient({ endpoint: recorder.endpoint }), ...tables.names };
  const ledger = {
    ...makeDynamoDbLedger(stores),
    ...storedObservations(dynamoDbItems(stores)),
    ...storedAssociationReads(dynamoDbItems(stores)),
    ...storedApprovals(dynamoDbItems(stores)),
  };
  const close = async () => {
    ledger.close();
    await recorder.stop();
    await tables.close();
  };
  return { ledger, recorder, close };
}

export type RecordedTables = Awaited<ReturnType<typeof openRecordedTables>>;

async function forward(
  response: Parameters<Parameters<typeof startAnsweringServer>[0]>[0],
  headers: SeenRequest['headers'],
  body: string,
) {
  const sent = Object.entries(headers).filter(([name]) => /^(authorization|content-type|x-amz-.*)$/.test(name));
  const answer = await fetch(dynamoDbEndpoint ?? '', { method: 'POST', headers: sent as [string, string][], body });
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(await answer.text());
}

function requestsOf({ headers, body }: SeenRequest, arnOf: (table: string) => string): readonly SimulatedRequest[] {
  const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
  const call = JSON.parse(body) as Call;
  const request = (name: string, { TableName = '', IndexName }: Part, items: readonly Item[], context = {}) => ({
    action: `dynamodb:${name}`,
    resource: `${arnOf(TableName)}${IndexName === undefined ? '' : `/index/${IndexName}`}`,
    context: { ...(items.length === 0 ? {} : { 'dynamodb:LeadingKeys': items.map(hashKeyOf) }), ...context },
  });
  const itemOf = ({ Key, Item: item }: Part) => [Key ?? item].filter((one) => one !== undefined);
  if (call.TransactItems) {
    const context = { 'dynamodb:EnclosingOperation': operation };
    const parts = call.TransactItems.flatMap((one) => Object.entries(one));
    return parts.map(([name, part]) =>
      request(name === 'ConditionCheck' ? 'ConditionCheckItem' : `${name}Item`, part, itemOf(part), context),
    );
  }
  if (call.RequestItems) {
    const tables = Object.entries(call.RequestItems);
    return tables.map(([TableName, { Keys }]) => request(operation, { TableName }, Keys));
  }
  return [request(operation, call, itemOf(call))];
}

function hashKeyOf(item: Item): string {
  return hashKeys.map((name) => item[name]?.S).find((value) => value !== undefined) ?? '';
}
