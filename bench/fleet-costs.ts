import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { dynamoDbItems } from '../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { defaultScanSettings } from '../src/observations/scan.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { eachKind, localClient, meteredClient } from './capacity.ts';
import type { Consumption } from './capacity.ts';
import { openFleetGateway } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { clusters, perCluster } from './fleet-world.ts';
import { prices } from './prices.ts';
import { table } from './report.ts';

/** What a step consumes: what each cluster costs, and what each association adds. */
interface StepUnits {
  readonly cluster: Consumption;
  readonly association: Consumption;
}

/** The steps of scans, and of an adoption through `pod-identity adopt`. */
const steps = {
  'first scan': (fleet) => fleet.scanAll(),
  'scan without a change': (fleet) => fleet.scanAll(),
  'scan that reads all again': (fleet) => fleet.scanAll(0),
  adoption: (fleet) => fleet.run(['adopt', '--yes']),
} satisfies Record<string, (fleet: FleetGateway) => Promise<unknown>>;

type Step = keyof typeof steps;

/**
 * Measures the units of the steps on DynamoDB Local: with associations in one of the 200 clusters,
 * and in five. Requires Java.
 */
export async function measureFleetUnits(): Promise<Readonly<Record<Step, StepUnits>>> {
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  try {
    const [few, more] = [await measureWith(local.endpoint, 1), await measureWith(local.endpoint, 5)];
    const ofStep = (step: Step): StepUnits => {
      const association = eachKind((kind) => (more[step][kind] - few[step][kind]) / (4 * perCluster));
      const cluster = eachKind((kind) => (few[step][kind] - association[kind] * perCluster) / clusters.length);
      return { cluster, association };
    };
    return Object.fromEntries((Object.keys(steps) as Step[]).map((step) => [step, ofStep(step)])) as Record<
      Step,
      StepUnits
    >;
  } finally {
    await local.stop();
  }
}

async function measureWith(endpoint: string, served: number): Promise<Record<Step, Consumption>> {
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const admin = localClient(endpoint);
  await createTables(admin, names);
  admin.destroy();
  let spent = eachKind(() => 0);
  const client = await meteredClient(endpoint, (more) => {
    spent = eachKind((kind) => spent[kind] + (more[kind] ?? 0));
  });
  const settings = { client, ...names };
  const store = {
    ...makeDynamoDbLedger(settings),
    ...storedObservations(dynamoDbItems(settings)),
    ...storedAssociationReads(dynamoDbItems(settings)),
  };
  const fleet = await openFleetGateway(() => ({ store }), served);
  const measured: Partial<Record<Step, Consumption>> = {};
  for (const [step, run] of Object.entries(steps) as [Step, (typeof steps)[Step]][]) {
    spent = eachKind(() => 0);
    await run(fleet);
    measured[step] = spent;
  }
  await fleet.close();
  return measured as Record<Step, Consumption>;
}

/** A table of what each step consumes. */
export function unitTable(units: Readonly<Record<Step, StepUnits>>): string {
  const cells = ({ dynamoDbCalls, tableUnits, indexUnits, readUnits }: Consumption) => [
    ...[dynamoDbCalls, tableUnits, indexUnits, readUnits],
  ];
  const rows = Object.entries(units).flatMap(([step, { cluster, association }]) => [
    [`${step}: a cluster`, ...cells(cluster)],
    [`${step}: an association`, ...cells(association)],
  ]);
  return table(['step', 'DynamoDB calls', 'write units, tables', 'write units, indexes', 'read units'], rows);
}

/** A month of 30 days. Seconds. */
const month = 30 * 86_400;

/** Assumed answer of EKS, in milliseconds: as in `bench/warm.ts`. */
const eksMs = 80;

/** How many clusters a run scans at once. */
const atOnce = 8;

/**
 * What else a run of the function takes, of which there is one a minute: it reads locks and
 * progress. Milliseconds, assumed.
 */
const runMs = 300;

/** Of the function `scan`: gigabytes. */
const memoryGb = 0.5;

/**
 * What scans of so many associations cost, with 50 in each cluster, the default settings and no
 * changes. Dollars of a month, and once for the first scan.
 */
function costOf(units: Readonly<Record<Step, StepUnits>>, associations: number) {
  const count = associations / perCluster;
  const { intervalMs, maxAgeMs, readsPerSecond } = defaultScanSettings;
  const scans = (month * 1_000) / intervalMs;
  const days = (month * 1_000) / maxAgeMs;
  const dollars = ({ tableUnits, indexUnits, readUnits }: Consumption) =>
    ((tableUnits + indexUnits) * prices.writeUnits + readUnits * prices.readUnits) / 1e6;
  const { 'first scan': first, 'scan without a change': quiet, 'scan that reads all again': again } = units;
  const runs = month / 60;
  // Each run, also one that scans nothing, reads the progress of all clusters.
  const idle = (runs - scans) * count * quiet.cluster.readUnits * (prices.readUnits / 1e6);
  const dynamoDb =
    scans * (count * dollars(quiet.cluster) + associations * dollars(quiet.association)) +
    days * associations * (dollars(again.association) - dollars(quiet.association)) +
    idle;
  const [lists, describes] = [scans * count, days * associations];
  // At most as many accounts are read at a time as clusters.
  const seconds = runs * (runMs / 1_000) + (lists * eksMs) / 1_000 / atOnce + describes / (atOnce * readsPerSecond);
  return {
    once: count * dollars(first.cluster) + associations * dollars(first.association),
    dynamoDb,
    lists,
    describes,
    seconds,
    lambda: seconds * memoryGb * prices.lambdaGbSecond,
  };
}

/** A table of costs by the number of associations. */
export function costTable(units: Readonly<Record<Step, StepUnits>>): string {
  const rows = [1_000, 10_000, 100_000].map((associations) => {
    const { once, dynamoDb, lists, describes, seconds, lambda } = costOf(units, associations);
    const whole = (value: number) => Math.round(value).toLocaleString('en');
    const money = (value: number) => value.toFixed(2);
    return [
      ...[whole(associations), whole(associations / perCluster), money(once), money(dynamoDb)],
      ...[whole(lists), whole(describes), whole(seconds / 3_600), money(lambda)],
    ];
  });
  const head = ['associations', 'clusters', 'first scan, $', 'DynamoDB, $ a month', 'lists', 'describes'];
  return table([...head, 'hours of Lambda', 'Lambda, $ a month'], rows);
}
