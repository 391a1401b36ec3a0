import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedger } from '../src/ledger/dynamodb.ts';
import { createTables } from '../src/ledger/tables.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { input, openGateway } from '../test/support/gateway.ts';
import type { Gateway } from '../test/support/gateway.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';

/** On-demand price of a million units in us-east-1, in dollars. Source: https://aws.amazon.com/dynamodb/pricing/on-demand/. */
const dollars = { write: 0.625, read: 0.125 };

/** The calls and units of one request. */
interface Cost {
  readonly request: string;
  readonly eksCalls: number;
  readonly dynamoDbCalls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** What the client has been charged since the last reading. */
interface Meter {
  calls: number;
  writeUnits: number;
  readUnits: number;
}

/**
 * DynamoDB Local reports four units for each KB in a transaction, of the table and of its indexes; AWS reports two for the table
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).
 */
const ofTransaction = 1 / 2;

/** A client whose requests ask for their capacity, which the meter counts. The answer to a failed condition does not tell it. */
function meteredClient(endpoint: string, meter: Meter): DynamoDBClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const isOfTable = commandName.endsWith('TableCommand');
        // Counted before it is sent: a transaction that is cancelled throws.
        meter.calls += isOfTable ? 0 : 1;
        const result = await next(
          isOfTable ? args : { ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } },
        );
        const { ConsumedCapacity: consumed = [] } = result.output as {
          readonly ConsumedCapacity?: { readonly CapacityUnits?: number } | { readonly CapacityUnits?: number }[];
        };
        const units = [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        const factor = commandName === 'TransactWriteItemsCommand' ? ofTransaction : 1;
        meter[/Put|Write/.test(commandName) ? 'writeUnits' : 'readUnits'] += factor * units;
        return result;
      },
    { step: 'initialize' },
  );
  return client;
}

/** Requests of each outcome, in an order in which each finds what it needs. */
const requests: readonly (readonly [string, (gateway: Gateway) => Promise<unknown>])[] = [
  ['create', (gateway) => gateway.create()],
  ['create, replayed', (gateway) => gateway.create()],
  ['create, conflict', (gateway) => gateway.create({ clientRequestToken: 'second' })],
  ['create, denied', (gateway) => gateway.create({ namespace: 'search' })],
  ['create, invalid', (gateway) => gateway.create({ namespace: '*' })],
  [
    'update',
    (gateway) =>
      gateway.update({ associationId: idOf(gateway), disableSessionTags: true, clientRequestToken: 'third' }),
  ],
  [
    'audit trail of the namespace',
    (gateway) =>
      gateway.send(
        `{ auditTrail(scope: {cluster: {clusterName: "${input.clusterName}", namespace: "payments"}}) { edges { node { event } } } }`,
      ),
  ],
  ['delete', (gateway) => gateway.remove({ associationId: idOf(gateway), clientRequestToken: 'fourth' })],
];

function idOf({ simulator }: Gateway): string {
  return simulator.control.associations()[0]?.associationId ?? '';
}

/** Counts calls and units of each outcome, against DynamoDB Local and the EKS simulator. Requires Java. */
export async function measureCost(): Promise<Section> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  const meter: Meter = { calls: 0, writeUnits: 0, readUnits: 0 };
  const client = meteredClient(local.endpoint, meter);
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  await createTables(client, names);
  const gateway = await openGateway({ ledger: createDynamoDbLedger({ client, ...names }) });
  const costs: Cost[] = [];
  for (const [request, send] of requests) {
    Object.assign(meter, { calls: 0, writeUnits: 0, readUnits: 0 });
    gateway.simulator.control.clearRequests();
    await send(gateway);
    const eksCalls = gateway.simulator.control.requests().length;
    const { calls: dynamoDbCalls, writeUnits, readUnits } = meter;
    costs.push({ request, eksCalls, dynamoDbCalls, writeUnits, readUnits });
  }
  await gateway.close();
  client.destroy();
  await local.stop();
  const rows = costs.map(({ request, eksCalls, dynamoDbCalls, writeUnits, readUnits }) => [
    request,
    ...[eksCalls, dynamoDbCalls, writeUnits, readUnits].map(String),
    writeUnits * dollars.write + readUnits * dollars.read,
  ]);
  const head = ['request', 'EKS calls', 'DynamoDB calls', 'write units', 'read units', 'DynamoDB, $ a million'];
  return { name: 'cost', figures: costs, tables: table(head, rows) };
}
