import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { trailShards } from '../src/ledger/stored/keys.ts';
import { entryItem } from '../src/ledger/stored/entry.ts';
import { auditIndexes } from '../src/ledger/stored/tables.ts';
import { defaultScanSettings } from '../src/observations/scan.ts';
import { defaultRequestLimits } from '../src/operations/terms/dependencies.ts';
import { operationMs } from '../src/operations/flow/reconcile-operation.ts';
import { concurrency as examinedAtOnce } from '../src/operations/flow/reconcile.ts';
import { itemBytes } from './capacity.ts';
import { openCostMeter } from './cost-meter.ts';
import { createExample } from './cost-requests.ts';
import { unitBytes } from './prices.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';

/** Limits of AWS, each with the page that states it. */
const awsLimits = {
  /**
   * Units a second of one partition key of a table or an index. "Best practices for designing and
   * using partition keys effectively".
   */
  keyWrites: 1_000,
  keyReads: 3_000,
  /**
   * Write units a second of a new on-demand table, and of each index, until it has had more.
   * "DynamoDB on-demand capacity mode".
   */
  newTable: 4_000,
  /** Concurrent executions of an account and region. "Lambda quotas". */
  concurrency: 1_000,
  /** Requests a second of all APIs of an account and region. "Amazon API Gateway quotas". */
  apiGateway: 10_000,
} as const;

/**
 * An item in a transaction takes twice its units in the table, and once in an index: see
 * `docs/cost.md`.
 */
const transactionFactor = 2;

/** About how long calls take on AWS, in milliseconds. They are made one after the other. */
const callMs = { dynamoDb: 5, eks: 80 };

/** Milliseconds of a create, 10 of them its own, and of the examination of an abandoned one. */
const createMs = 3 * callMs.dynamoDb + callMs.eks + 10;
const examinationMs = 3 * callMs.dynamoDb + 2 * callMs.eks;

/**
 * The share of a minute in which the reconciler begins to examine operations: its timeout of 60
 * seconds less what it keeps back.
 */
const examiningShare = (58_000 - operationMs) / 60_000;

/**
 * Seconds of a run in which the scan reads: its timeout, less 5 that its handler keeps back and 10
 * that a read may take. A run begins each minute; one that finds the account and region leased
 * leaves them to the next.
 */
const readingSeconds = 120 - 5 - 10;
const runsEverySeconds = 120;

/** Entries of a page of EKS's list. */
const listPage = 100;

/**
 * How many associations of one account and region the scan can read, by the interval, if lists have
 * full pages.
 */
function scanCapacity(): string {
  const { intervalMs, maxAgeMs, readsPerSecond } = defaultScanSettings;
  const day = 86_400;
  const perDay = (readsPerSecond * day * readingSeconds) / runsEverySeconds;
  const whole = (value: number) => Math.floor(value).toLocaleString('en');
  const intervals = [1, 2, 6].map((times) => times * intervalMs);
  const capacities = intervals.map((interval) => {
    const reads = (day * 1_000) / maxAgeMs + (day * 1_000) / interval / listPage;
    return whole(perDay / reads);
  });
  const minutes = intervals.map((interval) => interval / 60_000);
  return [
    `In one account and region, scans make ${whole(perDay)} reads a day: ${readsPerSecond} a second for ${readingSeconds} of each ${runsEverySeconds} seconds.`,
    `With a \`SCAN_INTERVAL_MS\` of ${minutes.join(', ')} minutes, they can read ${capacities.join('; ')} associations.`,
  ].join('\n\n');
}

/**
 * The table of limits in `docs/limits.md`. It depends on constants of the code and of
 * `serverless.yml`, not on the machine.
 */
export async function limitsSection(): Promise<Section> {
  const { unitsOfEntries, trailBytes, indexes } = await measureCreate();
  const perSecond = (limit: number, units: number) => Math.floor(limit / units).toLocaleString('en');
  const { burst, perSecond: rate } = defaultRequestLimits;
  const rows = [
    [
      'API Gateway stage',
      `${numberIn('apiRateLimit')} requests a second, ${numberIn('apiBurstLimit')} at once`,
      ...[numberIn('apiRateLimit').toLocaleString('en'), '`apiRateLimit`, `apiBurstLimit`'],
    ],
    [
      'a principal, in each environment',
      `${rate} requests a second, ${burst} at once`,
      ...[`${rate} of one principal`, '`PRINCIPAL_REQUESTS_PER_SECOND`, `GRAPHQL_CONCURRENCY`'],
    ],
    [
      'a key of an audit index',
      `${awsLimits.keyWrites.toLocaleString('en')} write units a second; a create takes ${unitsOfEntries}`,
      ...[`${perSecond(awsLimits.keyWrites, unitsOfEntries)} of one key`, 'fewer requests of one principal'],
    ],
    [
      'a new audit table',
      `${awsLimits.newTable.toLocaleString('en')} write units a second; a create takes ${transactionFactor * unitsOfEntries}`,
      ...[perSecond(awsLimits.newTable, transactionFactor * unitsOfEntries), 'warm throughput; traffic'],
    ],
    [
      'the index of the whole trail',
      `${trailShards.length} keys of ${awsLimits.keyWrites.toLocaleString('en')} write units a second`,
      ...[
        perSecond(trailShards.length * awsLimits.keyWrites, unitsOfEntries),
        '`trailShards` in `src/ledger/stored/keys.ts`',
      ],
    ],
    [
      'the item with the locks',
      `${awsLimits.keyReads.toLocaleString('en')} read units a second; each change reads it once`,
      ...[perSecond(awsLimits.keyReads, 1), 'nothing'],
    ],
    [
      'Lambda concurrency of an account',
      `${awsLimits.concurrency.toLocaleString('en')}; a create takes about ${createMs} ms`,
      ...[perSecond(awsLimits.concurrency * 1_000, createMs), 'the quota; `GRAPHQL_CONCURRENCY` lowers it'],
    ],
    [
      'API Gateway requests of an account',
      `${awsLimits.apiGateway.toLocaleString('en')} a second`,
      ...[perSecond(awsLimits.apiGateway, 1), 'the quota'],
    ],
    [
      'the reconciler',
      `${examinedAtOnce} operations at a time, ${examinationMs} ms each, ${(60 * examiningShare).toFixed(0)} s of each minute`,
      ...[
        `${perSecond(examinedAtOnce * examiningShare * 1_000, examinationMs)} abandoned`,
        'nothing; others wait for next runs',
      ],
    ],
  ];
  const gigabytes = (trailBytes * 1e6) / 1e9;
  return {
    name: 'limits',
    document: 'limits.md',
    isMeasured: false,
    tables: [
      table(['limit', 'value', 'reached at creates a second', 'what moves it'], rows),
      scanCapacity(),
      `A million creates leave about ${gigabytes.toFixed(0)} GB of entries in the audit table, and ${(gigabytes * indexes).toFixed(0)} GB in its indexes.`,
    ].join('\n\n'),
  };
}

/**
 * What the entries of one create take in DynamoDB; the gateway writes them into an embedded ledger.
 */
export async function measureCreate() {
  const meter = await openCostMeter(0);
  try {
    const { operationId } = await createExample(meter);
    const items = (await meter.ledger.operationEntries(operationId)).map((entry) => marshall(entryItem(entry)));
    const keys = Object.values(auditIndexes);
    const copies = items.reduce((sum, item) => sum + keys.filter((key) => item[key] !== undefined).length, 0);
    return {
      unitsOfEntries: items.reduce((sum, item) => sum + Math.ceil(itemBytes(item) / unitBytes), 0),
      trailBytes: items.reduce((sum, item) => sum + itemBytes(item), 0),
      /** Indexes that hold an entry, on average. */
      indexes: copies / items.length,
    };
  } finally {
    await meter.close();
  }
}

/** The default of a parameter in serverless.yml. Throws an Error if it is not a number. */
function numberIn(parameter: string): number {
  const text = readFileSync(join(import.meta.dirname, '..', 'serverless.yml'), 'utf8');
  const found = new RegExp(`${parameter}: .*'(\\d+)'`).exec(text)?.[1];
  if (found === undefined) throw new Error(`serverless.yml has no number as ${parameter}.`);
  return Number(found);
}
