import { randomUUID } from 'node:crypto';
import { dynamoDbItems } from '../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../src/ledger/stored/association-reads.ts';
import type { ObservationStore } from '../src/ledger/cluster-scan.ts';
import { storedObservations } from '../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { observeServiceAccount } from '../src/observations/observe-service-account.ts';
import { home, input, openGateway } from '../test/support/gateway.ts';
import type { Gateway } from '../test/support/gateway.ts';
import { eachKind, localClient, meteredClient } from './capacity.ts';
import type { Consumption } from './capacity.ts';
import { openMeteredStore } from './fleet-store.ts';
import type { FleetStore } from './fleet-store.ts';
import { makeLineMeter } from './line-meter.ts';

/** The calls and units of one request. */
export interface RequestCost extends Consumption {
  readonly request: string;
  readonly eksCalls: number;
  /** Of its line. */
  readonly logBytes: number;
}

/** What requests cost, and the metrics of which their lines have values, each with its dimensions. */
export interface RequestCosts {
  readonly requests: readonly RequestCost[];
  readonly metrics: readonly string[];
}

/** Requests of each outcome, in an order in which each finds what it needs. */
const requests: readonly (readonly [string, (gateway: Gateway, store: ObservationStore) => Promise<unknown>])[] = [
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
  // The keys of cursors are made once, and read once by each process.
  ['associations of the cluster, the first page of a deployment', readAssociations],
  ['associations of the cluster', readAssociations],
  [
    'audit trail of the namespace',
    (gateway) =>
      gateway.send(
        `{ auditTrail(scope: {cluster: {clusterName: "${input.clusterName}", namespace: "payments"}}) { edges { node { event } } } }`,
      ),
  ],
  ['delete', (gateway) => gateway.remove({ associationId: idOf(gateway), clientRequestToken: 'fourth' })],
  ['an association that a scan sees first', makeAndScan],
  ['an association that a scan reads again', (gateway, store) => scanAssociation(gateway, store, 2)],
];

function readAssociations(gateway: Gateway): Promise<unknown> {
  return gateway.send(`{ associations(filter: {clusterName: "${input.clusterName}"}) { nodes { roleArn } } }`);
}

/** Another tool makes an association, which is read as a scan reads it. */
async function makeAndScan(gateway: Gateway, store: ObservationStore): Promise<void> {
  const { clusterName, namespace, roleArn } = input;
  gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount: 'scanned', roleArn });
  await scanAssociation(gateway, store, 1);
}

async function scanAssociation({ deps, simulator }: Gateway, observations: ObservationStore, fence: number) {
  const target = { ...home, clusterName: input.clusterName, namespace: input.namespace, serviceAccount: 'scanned' };
  const [found] = simulator.control.associations();
  const now = deps.clock();
  const listed = { target, associationId: found?.associationId ?? null, listedAt: now, knownRevision: fence - 1 };
  const scan = { fence, completedAt: null };
  const result = await observeServiceAccount(
    { ...deps, observations },
    deps.eksFor(target),
    { ...listed, scan },
    now + 10_000,
  );
  if (result.kind !== 'observed') throw new Error(`The association was not observed: ${result.kind}.`);
}

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

/**
 * Counts the calls and units of a request of each outcome, on new tables of a DynamoDB Local and a
 * simulated EKS.
 */
export async function measureRequestCosts(endpoint: string): Promise<RequestCosts> {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const local = localClient(endpoint);
  await createTables(local, names);
  local.destroy();
  const nothing: Consumption = { dynamoDbCalls: 0, tableUnits: 0, indexUnits: 0, readUnits: 0 };
  let spent = nothing;
  const client = await meteredClient(endpoint, (more) => {
    const before = spent;
    spent = eachKind((kind) => before[kind] + (more[kind] ?? 0));
  });
  const items = dynamoDbItems({ client, ...names });
  const ledger = { ...makeDynamoDbLedger({ client, ...names }), ...storedAssociationReads(items) };
  const store = { ...ledger, ...storedObservations(items) };
  return measureOn(store, () => spent);
}

/**
 * Counts the same on a new SQLite ledger, where the sizes of items tell the units
 * ({@link meteredItems}).
 */
export async function measureMeteredRequestCosts(): Promise<readonly RequestCost[]> {
  const { store, spent } = openMeteredStore(':memory:');
  return (await measureOn(store, spent)).requests;
}

/** Sends each request once. Closes the ledger. */
async function measureOn(ledger: FleetStore, spent: () => Consumption): Promise<RequestCosts> {
  const gateway = await openGateway({ ledger });
  const costs: RequestCost[] = [];
  const meter = makeLineMeter();
  for (const [request, send] of requests) {
    const before = spent();
    gateway.simulator.control.clearRequests();
    gateway.logged.length = 0;
    await send(gateway, ledger);
    const after = spent();
    const logBytes = meter.bytesOf(gateway.logged);
    const eksCalls = gateway.simulator.control.requests().length;
    costs.push({ request, eksCalls, ...eachKind((kind) => after[kind] - before[kind]), logBytes });
  }
  await gateway.close();
  ledger.close();
  return { requests: costs, metrics: meter.metrics() };
}
