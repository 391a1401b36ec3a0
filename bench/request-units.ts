import { randomUUID } from 'node:crypto';
import { makeDynamoDbAssociationReads } from '../src/ledger/dynamodb-association-reads.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb.ts';
import { createTables } from '../src/ledger/tables.ts';
import { input, openGateway } from '../test/support/gateway.ts';
import type { Gateway } from '../test/support/gateway.ts';
import { localClient, meteredClient } from './capacity.ts';
import type { Consumption } from './capacity.ts';

/** The calls and units of one request. */
export interface RequestCost extends Consumption {
  readonly request: string;
  readonly eksCalls: number;
}

/** Requests of each outcome, in an order in which each finds what it needs. */
const requests: readonly (readonly [string, (gateway: Gateway) => Promise<unknown>])[] = [
  ['create', (gateway) => gateway.create()],
  ['create, replayed', (gateway) => gateway.create()],
  ['create, conflict', (gateway) => gateway.create({ clientRequestToken: 'second' })],
  ['create, denied', (gateway) => gateway.create({ namespace: 'search' })],
  ['create, invalid', (gateway) => gateway.create({ namespace: '*' })],
  ['dry run of a create', (gateway) => gateway.send(dryRun, { input: { ...input, serviceAccount: 'other' } })],
  [
    'update',
    (gateway) =>
      gateway.update({ associationId: idOf(gateway), disableSessionTags: true, clientRequestToken: 'third' }),
  ],
  [
    'check of a create and a delete',
    (gateway) => {
      const { clientRequestToken: _, ...create } = { ...input, serviceAccount: 'other' };
      const remove = { clusterName: input.clusterName, associationId: idOf(gateway) };
      return gateway.send(batchCheck, { changes: [{ create }, { delete: remove }] });
    },
  ],
  [
    'associations of the cluster',
    (gateway) => gateway.send(`{ associations(filter: {clusterName: "${input.clusterName}"}) { nodes { roleArn } } }`),
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

const dryRun = /* GraphQL */ `
  query ($input: CreatePodIdentityAssociationInput!) {
    checkCreatePodIdentityAssociation(input: $input) {
      wouldBeAttempted
    }
  }
`;

const batchCheck = /* GraphQL */ `
  query ($changes: [CheckedChangeInput!]!) {
    checkPodIdentityAssociations(input: { changes: $changes }) {
      results {
        wouldBeAttempted
      }
    }
  }
`;

function idOf({ simulator }: Gateway): string {
  return simulator.control.associations()[0]?.associationId ?? '';
}

/** Counts the calls and units of a request of each outcome, on new tables of a DynamoDB Local and a simulated EKS. */
export async function measureRequestCosts(endpoint: string): Promise<RequestCost[]> {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const local = localClient(endpoint);
  await createTables(local, names);
  local.destroy();
  const nothing: Consumption = { dynamoDbCalls: 0, tableUnits: 0, indexUnits: 0, readUnits: 0 };
  let spent = nothing;
  const client = await meteredClient(endpoint, (more) => {
    const kinds = Object.keys(nothing) as (keyof Consumption)[];
    spent = Object.fromEntries(kinds.map((kind) => [kind, spent[kind] + (more[kind] ?? 0)])) as unknown as Consumption;
  });
  const ledger = { ...makeDynamoDbLedger({ client, ...names }), ...makeDynamoDbAssociationReads({ client, ...names }) };
  const gateway = await openGateway({ ledger });
  const costs: RequestCost[] = [];
  for (const [request, send] of requests) {
    spent = nothing;
    gateway.simulator.control.clearRequests();
    await send(gateway);
    costs.push({ request, eksCalls: gateway.simulator.control.requests().length, ...spent });
  }
  await gateway.close();
  ledger.close();
  return costs;
}
