import { defaultScanSettings } from '../src/observations/scan.ts';
import type { Consumption } from './capacity.ts';
import { scheduled } from './idle-units.ts';
import type { IdleUnits } from './idle-units.ts';
import { listPrices as price } from './prices.ts';
import type { RequestCost } from './request-units.ts';

/** What is counted of a deployment; dollars follow from it. */
export interface Counted {
  readonly idle: IdleUnits;
  readonly requests: readonly RequestCost[];
  /** Metrics that lines of requests have values of, with their dimensions. */
  readonly requestMetrics: readonly string[];
  readonly alarms: { readonly metrics: number; readonly composite: number };
  /** Bytes that the entries of a create take in the audit table, and in how many indexes each is. */
  readonly trail: { readonly trailBytes: number; readonly indexes: number };
}

/** A deployment, as far as its idle cost depends on it. */
export interface Deployment {
  readonly clusters: number;
  /** In each cluster. */
  readonly associations: number;
  readonly accounts: number;
  /** Default: that of the scan. */
  readonly scanIntervalMs?: number;
}

/** Seconds of a month, of 730 hours. */
const monthSeconds = 730 * 3_600;

/** Seconds between two runs of each function, and its memory in GB: `serverless.yml`. */
const schedules: Readonly<Record<(typeof scheduled)[number], { readonly every: number; readonly memoryGb: number }>> = {
  reconcile: { every: 60, memoryGb: 0.5 },
  scan: { every: 60, memoryGb: 0.5 },
  expire: { every: 60, memoryGb: 0.5 },
  deliver: { every: 60, memoryGb: 0.25 },
  checkpoint: { every: 300, memoryGb: 0.5 },
};

/**
 * Assumed, since nothing was measured on AWS. Milliseconds of a run that finds nothing, of a call of
 * EKS and of DynamoDB, and of the code of a request; how many clusters a run scans at once; bytes of
 * the lines that Lambda and API Gateway write of a run and of a request; DynamoDB's requests to KMS
 * for each table and role that uses it.
 */
const assumed = {
  runMs: 100,
  eksMs: 80,
  dynamoDbMs: 5,
  requestMs: 10,
  clustersAtOnce: 8,
  lambdaLogBytes: 330,
  accessLogBytes: 500,
  keySeconds: 300,
  tablesInUse: 5,
} as const;

const million = 1e6;
const gigabyte = 1e9;

/** Dollars of DynamoDB units. A query costs half a read unit also where it finds nothing, which DynamoDB Local does not count. */
function dollarsOf({ tableUnits, indexUnits, readUnits, dynamoDbCalls }: Consumption): number {
  const isRead = tableUnits + indexUnits === 0;
  const reads = isRead ? Math.max(readUnits, dynamoDbCalls / 2) : readUnits;
  const writes = (tableUnits + indexUnits) * price['a million DynamoDB write request units'];
  return (writes + reads * price['a million DynamoDB read request units']) / million;
}

/** Dollars of an idle month, by what is billed. */
export function idleMonth(counted: Counted, deployment: Deployment): Readonly<Record<string, number>> {
  const { idle, alarms } = counted;
  const { clusters, associations, accounts } = deployment;
  const { intervalMs, maxAgeMs } = {
    ...defaultScanSettings,
    intervalMs: deployment.scanIntervalMs ?? defaultScanSettings.intervalMs,
  };
  const [scans, days] = [intervalMs, maxAgeMs].map((ms) => (monthSeconds * 1_000) / ms) as [number, number];
  const runs = scheduled.map((name) => ({
    ...schedules[name],
    ...idle.runs[name],
    count: monthSeconds / schedules[name].every,
  }));
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0);
  // The index is read in units of 4 KB, at half a unit.
  const progressUnits = (clusters * idle.progressBytes) / 8_192;
  const scanMs = (assumed.eksMs + 3 * assumed.dynamoDbMs) / assumed.clustersAtOnce;
  const seconds = (scans * clusters * scanMs) / 1_000;
  const gbSeconds =
    sum(({ count, memoryGb }) => (count * memoryGb * assumed.runMs) / 1_000) + seconds * schedules.scan.memoryGb;
  const logBytes = sum(({ count, logBytes: bytes }) => count * (bytes + assumed.lambdaLogBytes));
  return {
    alarms:
      alarms.metrics * price['an alarm for each of its metrics, a month'] +
      alarms.composite * price['a composite alarm, a month'],
    dashboard: price['a dashboard, a month'],
    metrics: idle.metrics.length * price['a metric, a month'],
    'signing key': price['a KMS key, a month'],
    'requests to the key of the tables':
      (assumed.tablesInUse * monthSeconds * price['a million KMS requests']) / assumed.keySeconds / million,
    'Lambda: runs':
      (sum(({ count }) => count) * price['a million Lambda requests'] +
        gbSeconds * price['a million GB-seconds of Lambda on arm64']) /
      million,
    logs: (logBytes * price['a GB of logs']) / gigabyte,
    'DynamoDB: runs':
      sum(({ count, ...run }) => count * dollarsOf(run)) +
      ((monthSeconds / schedules.scan.every) * progressUnits * price['a million DynamoDB read request units']) /
        million,
    'DynamoDB: scans':
      scans *
        (clusters * (dollarsOf(idle.quietScan) + associations * dollarsOf(idle.association)) +
          accounts * dollarsOf(idle.account)) +
      days * clusters * associations * dollarsOf(idle.again),
  };
}

/** Dollars of a million requests of a kind, by what is billed. */
export function millionRequests({
  eksCalls,
  dynamoDbCalls,
  logBytes,
  ...units
}: RequestCost): Readonly<Record<'dynamoDb' | 'others', number>> {
  const ms = assumed.requestMs + eksCalls * assumed.eksMs + dynamoDbCalls * assumed.dynamoDbMs;
  // GB-seconds of a million requests at 1 GB are as many thousands as milliseconds.
  const lambda = price['a million Lambda requests'] + (ms * price['a million GB-seconds of Lambda on arm64']) / 1_000;
  const bytes = logBytes + assumed.lambdaLogBytes + assumed.accessLogBytes;
  const logs = (bytes * million * price['a GB of logs']) / gigabyte;
  return {
    dynamoDb: dollarsOf({ ...units, dynamoDbCalls }) * million,
    others: price['a million requests of an HTTP API'] + lambda + logs,
  };
}

/** Dollars a month for what a million creates leave in the audit trail. */
export function storedMillion({ trail }: Counted): number {
  const table = (trail.trailBytes * million) / gigabyte;
  return (
    table * (1 + trail.indexes) * price['a GB of a DynamoDB table or index, a month'] +
    table * price['a GB of a DynamoDB table with continuous backup, a month']
  );
}

/** Dollars a month of the metrics that only requests write, if they do in each hour. */
export function requestMetrics({ idle, requestMetrics: all }: Counted): number {
  return all.filter((name) => !idle.metrics.includes(name)).length * price['a metric, a month'];
}
